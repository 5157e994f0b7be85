/** The search as it is asked: what stands in the address, over what somebody always wants of machines. */
import type { Preferences } from "../../lib/api/generated";
import { changed, DEFAULT_SORT, flag, one, type Search } from "./search";

export const MOST_RELIABLE = "-reliability";

/** Words may name a score or an order of their own, which then holds. */
const ofScore = /(?<![a-z_-])((min|reliability)_)?score\b/i;
const ofOrder = /\b(cheapest|best|sort|order)\b/i;

export function saysScore(search: Search): boolean {
  return one(search, "min_score") !== undefined || ofScore.test(one(search, "q") ?? "");
}

/** The order where the address names none. */
export function usualSort(preferences: Preferences): string {
  return preferences.sort_by_reliability ? MOST_RELIABLE : DEFAULT_SORT;
}

/**
 * Everything is said, so that the answer does not depend on when the server hears of a change: a threshold of 0 is what
 * leaves out nothing.
 */
export function wantedOf(search: Search, preferences: Preferences): Search {
  const { threshold, exclude_below_threshold: excludes, sort_by_reliability: sorts } = preferences;
  const all = flag(search, "include_blacklisted");
  const score = excludes && !all ? threshold : 0;
  const ordered = one(search, "sort") !== undefined || ofOrder.test(one(search, "q") ?? "");
  return changed(search, {
    ...(saysScore(search) ? {} : { min_score: String(score) }),
    ...(sorts && !ordered ? { sort: MOST_RELIABLE } : {}),
  });
}
