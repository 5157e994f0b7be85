/** When each provider's list was complete last: one moment for all of its offers, told with every answer. */
import { createContext, useContext } from "react";
import type { Offer } from "../../lib/api/generated";
import type { Head } from "./list";

export type Ages = ReadonlyMap<string, string>;

export const AgesContext = createContext<Ages>(new Map());

/** `at` is when the answer came, so that the clocks of the two sides need not agree. */
export function agesOf(head: Head | null, at: number): Ages {
  const ages = new Map<string, string>();
  for (const { name, age_seconds } of head?.providers ?? [])
    if (age_seconds !== null) ages.set(name, new Date(at - age_seconds * 1000).toISOString());
  return ages;
}

/** When this offer was seen last. */
export function useSeenAt(offer: Offer): string {
  const ages = useContext(AgesContext);
  return (offer.available && ages.get(offer.provider)) || offer.last_seen;
}
