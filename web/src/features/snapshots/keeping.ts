/** Rules of keeping as the form holds them and as a sentence. */
import type { KeepRules, RetentionPlan } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { count, plural, typedNumber } from "../../lib/numbers";

export const spans = [
  { key: "keep_last", title: "Last", one: "the last one", many: "last" },
  { key: "keep_hourly", title: "Hourly", one: "1 hour", many: "hours" },
  { key: "keep_daily", title: "Daily", one: "1 day", many: "days" },
  { key: "keep_weekly", title: "Weekly", one: "1 week", many: "weeks" },
  { key: "keep_monthly", title: "Monthly", one: "1 month", many: "months" },
] as const;

export type Span = (typeof spans)[number]["key"];
/** As typed. */
export type Typed = Record<Span, string>;

export function typedOf(rules: KeepRules | null): Typed {
  const typed = spans.map(({ key }) => [key, rules?.[key] ? String(rules[key]) : ""]);
  return Object.fromEntries(typed) as Typed;
}

export function rulesOf(typed: Typed): KeepRules {
  return Object.fromEntries(spans.map(({ key }) => [key, typedNumber(typed[key]) ?? 0]));
}

export function keepsAll(rules: KeepRules | null): boolean {
  return !rules || spans.every(({ key }) => !rules[key]);
}

export function ruleWords(rules: KeepRules | null): string {
  if (!rules) return "Everything is kept but copies for standbys and deadlines, which are thinned";
  if (keepsAll(rules)) return "Everything is kept";
  const parts = spans.flatMap(({ key, one, many }) => {
    const number = rules[key] ?? 0;
    if (number === 0) return [];
    if (number === 1) return [one];
    return [key === "keep_last" ? `the last ${count(number)}` : `${count(number)} ${many}`];
  });
  return `Keeps ${parts.join(", ")}`;
}

/** What would be freed is more than the sum where those that go share what nobody else needs. */
export function planWords(plan: RetentionPlan): string {
  const keeps = `keep ${count(plan.kept)}`;
  if (plan.going_count === 0) return `Would ${keeps} and delete none.`;
  const frees = plan.going.reduce((sum, each) => sum + (each.unique_bytes ?? 0), 0);
  return `Would ${keeps}, delete ${count(plan.going_count)} and free ${frees > 0 ? `at least ${size(frees)}` : "what they alone need"}.`;
}

export function goneWords(goes: number): string {
  return goes === 0
    ? "Nothing goes at the next pruning."
    : `${plural(goes, "snapshot")} will be deleted by the next pruning, and can be taken back for a while.`;
}
