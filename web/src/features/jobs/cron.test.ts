import { describe, expect, test } from "vitest";
import { cronWords } from "./cron";

describe("cronWords", () => {
  test.each([
    ["* * * * *", "Every minute"],
    ["*/15 * * * *", "Every 15 minutes"],
    ["7 * * * *", "Every hour at :07"],
    ["5 */6 * * *", "Every 6 hours at :05"],
    ["30 3 * * *", "Every day at 03:30"],
    ["0 4 * * 1", "On Mondays at 04:00"],
    ["0 4 1 * *", "On day 1 of the month at 04:00"],
    ["0 0 1 1 *", "By its own clock"],
    ["1,31 2-4 * * *", "By its own clock"],
  ])("says %s as %s", (cron, words) => {
    expect(cronWords(cron)).toBe(words);
  });
});
