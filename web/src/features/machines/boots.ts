/** The distribution of boot times with its empty places, so that distance in the drawing is distance in time. */
import type { Boots } from "../../lib/api/generated";

export type Bucket = Boots;

/** Each bucket is longer than the one before by the same factor; one that nothing fell into is filled in with nothing. */
export function filled(boots: readonly Bucket[]): Bucket[] {
  const sorted = [...boots].filter(({ count }) => count > 0).sort((a, b) => a.from_seconds - b.from_seconds);
  const all: Bucket[] = [];
  for (const next of sorted) {
    const last = all.at(-1);
    if (last) all.push(...between(last, next));
    all.push(next);
  }
  return all;
}

/** A hole that no factor explains stays a hole. */
const MOST = 60;

function between(last: Bucket, next: Bucket): Bucket[] {
  const factor = next.to_seconds / next.from_seconds;
  const holes = Math.round(Math.log(next.from_seconds / last.to_seconds) / Math.log(factor));
  if (!Number.isFinite(holes) || holes <= 0 || holes > MOST) return [];
  return Array.from({ length: holes }, (_, at) => ({
    from_seconds: last.to_seconds * factor ** at,
    to_seconds: last.to_seconds * factor ** (at + 1),
    count: 0,
  }));
}
