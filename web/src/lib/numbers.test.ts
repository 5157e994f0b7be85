import { describe, expect, test } from "vitest";
import { typedNumber } from "./numbers";

describe("a number as typed", () => {
  test("is one, or nothing", () => {
    expect([" 24 ", "7.5", "0", "", "  "].map(typedNumber)).toEqual([24, 7.5, 0, null, null]);
  });

  test("is told by the server where it is none, instead of counting as nothing said", () => {
    expect(["24GB", "7,5", "Infinity"].map((text) => JSON.stringify(typedNumber(text)))).toEqual([
      '"24GB"',
      '"7,5"',
      '"Infinity"',
    ]);
  });
});
