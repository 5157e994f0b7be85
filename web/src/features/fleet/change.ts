/** What the dialog of changes sends: only what was changed in it, as others may have changed the rest meanwhile. */
import type { InstanceChangeWrite, InstanceDetail } from "../../lib/api/generated";
import { typedNumber } from "../../lib/numbers";
import { secondsOf } from "./deadline";

export interface Typed {
  name: string;
  sleeps: boolean;
  minutes: string;
  percent: string;
  most: string;
}

type Shown = Pick<InstanceDetail, "name" | "hibernation" | "hibernation_own" | "max_price_hour">;

export function typedOf({ name, hibernation: rule, hibernation_own: own, max_price_hour }: Shown): Typed {
  return {
    name,
    sleeps: own.enabled !== false,
    minutes: String(rule.idle_seconds / 60),
    percent: String(rule.gpu_percent),
    most: max_price_hour ?? "",
  };
}

/** `before` is what the fields held when the dialog was opened. */
export function differing(before: Typed, typed: Typed): InstanceChangeWrite {
  const hibernation = {
    ...(typed.sleeps !== before.sleeps && { enabled: typed.sleeps }),
    ...(typed.minutes !== before.minutes && { idle_seconds: secondsOf(typed.minutes) }),
    ...(typed.percent !== before.percent && { gpu_percent: typedNumber(typed.percent) }),
  };
  return {
    ...(typed.name.trim() !== before.name && { name: typed.name.trim() }),
    ...(Object.keys(hibernation).length > 0 && { hibernation }),
    ...(typed.most.trim() !== before.most && { max_price_hour: typed.most.trim() || null }),
  };
}
