import { describe, expect, test } from "vitest";
import type { RetentionPlan } from "../../lib/api/generated";
import { planWords, rulesOf, ruleWords, typedOf } from "./keeping";

const place = { host: "", root: "" };
const goes = (unique_bytes: number | null) => ({
  ...place,
  id: "1",
  label: "a",
  created_at: "",
  unique_bytes,
});
const plan = (kept: number, going: RetentionPlan["going"]) =>
  ({ kept, going, going_count: going.length }) as RetentionPlan;

describe("rules of keeping", () => {
  test.each([
    [null, "Everything is kept but copies for standbys and deadlines, which are thinned"],
    [{ keep_last: 0 }, "Everything is kept"],
    [{ keep_last: 1, keep_daily: 7 }, "Keeps the last one, 7 days"],
    [{ keep_last: 3, keep_monthly: 1 }, "Keeps the last 3, 1 month"],
  ])("in words: %j", (rules, words) => expect(ruleWords(rules)).toBe(words));

  test("are the same after the form", () => {
    const rules = { keep_last: 2, keep_hourly: 0, keep_daily: 7, keep_weekly: 0, keep_monthly: 12 };
    expect(rulesOf(typedOf(rules))).toEqual(rules);
  });
});

describe("a plan", () => {
  test("says how much would at least be free", () =>
    expect(planWords(plan(12, [goes(4e9), goes(2e8)]))).toBe(
      "Would keep 12, delete 2 and free at least 4.20 GB.",
    ));
  test("promises no figure that is not known", () =>
    expect(planWords(plan(1, [goes(null)]))).toBe("Would keep 1, delete 1 and free what they alone need."));
  test("of nothing says so", () => expect(planWords(plan(6, []))).toBe("Would keep 6 and delete none."));
});
