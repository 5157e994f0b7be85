import { describe, expect, test } from "vitest";
import { cronOf, whenWords } from "./schedule";

describe("a schedule", () => {
  test("is said in days and a time, there and back", () => {
    expect(cronOf("1-5", "8:05")).toBe("5 8 * * 1-5");
    expect(whenWords("5 8 * * 1-5")).toBe("Monday to Friday at 08:05");
    expect(whenWords("0 22 * * *")).toBe("Every day at 22:00");
  });

  test("is nothing while its time is not one of a clock", () => {
    expect(["", "24:00", "8:60", "8"].map((time) => cronOf("*", time))).toEqual([null, null, null, null]);
  });

  test("is shown as it is where it says more", () => {
    expect(whenWords("*/5 8 * * 1-5")).toBe("*/5 8 * * 1-5");
    expect(whenWords("0 8 * * 2")).toBe("0 8 * * 2");
  });
});
