import { describe, expect, test } from "vitest";
import { pathOf } from "./Sparkline";

describe("pathOf", () => {
  test("lifts the pen at a gap", () => {
    expect(pathOf([0, 1, null, 1], 30, 10)).toBe("M0.0 8.0L10.0 2.0M30.0 2.0");
  });
  test("draws a flat line and nothing without breaking", () => {
    expect(pathOf([5, 5], 10, 10)).toBe("M0.0 8.0L10.0 8.0");
    expect(pathOf([null, null], 10, 10)).toBe("");
  });
});
