import { describe, expect, test } from "vitest";
import { duration, relative } from "./time";

const now = Date.parse("2026-03-01T12:00:00Z");

describe("relative", () => {
  test.each([
    ["2026-03-01T11:59:58Z", "now"],
    ["2026-03-01T11:59:30Z", "30 s ago"],
    ["2026-03-01T11:00:00Z", "1 h ago"],
    ["2026-03-01T12:03:20Z", "in 3 min"],
    ["2026-02-24T12:00:00Z", "5 d ago"],
  ])("says %s as %s", (moment, words) => {
    expect(relative(moment, now)).toBe(words);
  });
});

describe("duration", () => {
  test.each([
    [0.25, "250 ms"],
    [12, "12 s"],
    [200, "3 min 20 s"],
    [3600, "1 h"],
    [90_061, "1 d 1 h"],
    [-1, "—"],
  ])("says %s seconds as %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});
