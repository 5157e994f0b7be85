/** What the computed figures of an offer are made of, in words and in their order. */
import type { EffectiveParts, GParts, Offer } from "../../lib/api/generated";

export const effectiveWords: readonly [keyof EffectiveParts, string, string][] = [
  ["compute", "Machine", "its price an hour"],
  ["disk", "Disk", "of the size asked for"],
  ["bandwidth", "Transfer", "snapshot in, results out"],
  ["boot", "Boot", "paid before work begins"],
  ["failure", "Failed starts", "by how often they happen"],
  ["interruption", "Interruptions", "work lost and done again"],
];

export const scoreWords: readonly [keyof GParts, string, number][] = [
  ["performance", "Performance", 0.35],
  ["price", "Price", 0.3],
  ["memory", "Memory", 0.2],
  ["reliability", "Reliability", 0.15],
];

/** How much dearer an hour of useful work is than the hour that is billed; null where one of them is not known. */
export function surcharge(offer: Pick<Offer, "price_hour" | "effective_price_hour">): number | null {
  const listed = Number(offer.price_hour ?? 0);
  const effective = Number(offer.effective_price_hour ?? 0);
  return listed > 0 && effective > 0 ? (effective / listed - 1) * 100 : null;
}

export function perGpu(price: string, gpus: number): string {
  return (Number(price) / Math.max(1, gpus)).toFixed(6);
}
