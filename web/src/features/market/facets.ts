/** What one can choose from, with how many offers each choice has. */
import type { Facet } from "../../lib/api/generated";
import { marketQuestions } from "./api";
import { countryName, providerTitle } from "./names";
import type { Search } from "./search";

export type FacetKey = "model" | "provider" | "country";

export interface Choice {
  value: string;
  label: string;
  count: number;
}

const fields = { model: "models", provider: "providers", country: "countries" } as const;

export function labelOf(key: FacetKey, value: string): string {
  if (key === "provider") return providerTitle(value);
  return key === "country" ? countryName(value) : value;
}

/** Null until they are known. */
export function useChoices(key: FacetKey, search: Search): Choice[] | null {
  const { data } = marketQuestions.useFacetsQuery(search);
  return data ? data[fields[key]].map((facet) => choiceOf(key, facet)) : null;
}

function choiceOf(key: FacetKey, { value, offers }: Facet): Choice {
  return { value, label: labelOf(key, value), count: offers };
}
