import { describe, expect, test } from "vitest";
import { cronOf, type Pattern, usual, whenWords } from "./schedule";

const cron = (change: Partial<Pattern>) => cronOf({ ...usual, ...change });

describe("a schedule", () => {
  test("is said in days and a time, there and back", () => {
    const lines = [
      [cron({ kind: "workdays", time: "8:05" }), "5 8 * * 1-5", "Monday to Friday at 08:05"],
      [cron({ kind: "daily", time: "22:00" }), "0 22 * * *", "Every day at 22:00"],
      [cron({ kind: "weekdays", days: [4, 0, 1] }), "0 8 * * 0,1,4", "Mon, Thu, Sun at 08:00"],
      [cron({ kind: "hours", time: "00:15", hours: 6 }), "15 */6 * * *", "Every 6 hours, 15 min past"],
      [cron({ kind: "hours", time: "00:00", hours: 1 }), "0 * * * *", "Every hour"],
    ] as const;
    for (const [made, line, words] of lines) {
      expect(made).toBe(line);
      expect(whenWords(line)).toBe(words);
    }
  });

  test("is nothing while its time is not one of a clock, or no day is chosen", () => {
    const times = ["", "24:00", "8:60", "8"].map((time) => cron({ time }));
    expect([...times, cron({ kind: "weekdays" }), cron({ kind: "cron" })]).toEqual(Array(6).fill(null));
  });

  test("is shown as it is where it says more", () => {
    expect(cron({ kind: "cron", cron: " */5  8 * * 1-5 " })).toBe("*/5 8 * * 1-5");
    expect(whenWords("*/5 8 * * 1-5")).toBe("*/5 8 * * 1-5");
    expect(whenWords("0 8 1 * *")).toBe("0 8 1 * *");
  });
});
