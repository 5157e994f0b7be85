/** Clouds to choose from, the most offering first, and what each can in a few words. */
import type { Facet, Provider } from "../../../lib/api/generated";
import { providerTitle } from "../../../lib/providerNames";

export interface Place {
  name: string;
  title: string;
  offers: number;
  can: Record<string, boolean>;
  /** Why it can't do what it can't. */
  cannot: Record<string, string>;
}

/** What makes a difference to whoever rents there; the rest is between us and the cloud. */
const abilities = { spot: "spot", stop_start: "pause", logs: "logs" } as const;

export function abilitiesOf(can: Record<string, boolean>): { can: string[]; not: string[] } {
  const all = Object.entries(abilities).filter(([key]) => key in can);
  const words = (wanted: boolean) => all.filter(([key]) => can[key] === wanted).map(([, word]) => word);
  return { can: words(true), not: words(false) };
}

/** Those that can make machines and have anything that fits; the chosen ones in any case. */
export function providerPlaces(
  clouds: readonly Pick<Provider, "name" | "title" | "disabled" | "can" | "cannot">[],
  facets: readonly Facet[],
  chosen: readonly string[],
): Place[] {
  const offers = new Map(facets.map((facet) => [facet.value, facet.offers]));
  const unknown = chosen.filter((name) => !clouds.some((cloud) => cloud.name === name));
  const known = clouds
    .filter(
      (cloud) =>
        chosen.includes(cloud.name) ||
        (!cloud.disabled && cloud.can.create !== false && cloud.can.scripts !== false),
    )
    .map(({ name, title, can, cannot }) => ({
      name,
      title,
      offers: offers.get(name) ?? 0,
      can,
      cannot: of(cannot),
    }));
  const strange = unknown.map((name) => ({
    name,
    title: providerTitle(name),
    offers: offers.get(name) ?? 0,
    can: {},
    cannot: {},
  }));
  return [...known, ...strange].sort((a, b) => b.offers - a.offers || a.title.localeCompare(b.title));
}

function of(cannot: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(cannot).filter(([key]) => key in abilities));
}
