/** Preferences as this browser remembers them. */
import { describe, expect, it } from "vitest";
import { readPreferences, usual } from "./preferences";

describe("Preferences of a browser", () => {
  it("leave out what is below 70 until something else is wanted", () => {
    expect(readPreferences(null)).toEqual({
      threshold: 70,
      exclude_below_threshold: true,
      sort_by_reliability: false,
    });
  });

  it("are read back as they were written", () => {
    const wanted = { threshold: 0, exclude_below_threshold: false, sort_by_reliability: true };
    expect(readPreferences(JSON.stringify(wanted))).toEqual(wanted);
  });

  it.each([
    "",
    "{",
    "[]",
    "null",
    '"70"',
    '{"threshold": 101}',
    '{"threshold": "70"}',
  ])("that make no sense (%s) count as none", (text) => expect(readPreferences(text)).toEqual(usual));
});
