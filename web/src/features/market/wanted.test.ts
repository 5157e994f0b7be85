/** Preferences in a search. */
import { describe, expect, test } from "vitest";
import { nameOf, readSearch } from "./search";
import { usualSort, wantedOf } from "./wanted";

const read = (text: string) => readSearch(new URLSearchParams(text));
const usual = { threshold: 70, exclude_below_threshold: true, sort_by_reliability: false };
const asked = (text: string, preferences = usual) => nameOf(wantedOf(read(text), preferences));

describe("what somebody always wants", () => {
  test("holds where the address says nothing", () => {
    expect(asked("model=A")).toBe("model=A&min_score=70");
    expect(asked("", { ...usual, sort_by_reliability: true })).toBe("min_score=70&sort=-reliability");
  });
  test("gives way to the address, and to the words", () => {
    expect(asked("min_score=20&sort=price", { ...usual, sort_by_reliability: true })).toBe(
      "min_score=20&sort=price",
    );
    expect(asked("q=4090+score>90")).toBe("q=4090+score%3E90");
    expect(asked("q=reliability_score%3E%3D90")).toBe("q=reliability_score%3E%3D90");
    expect(asked("q=cheapest+4090", { ...usual, sort_by_reliability: true })).toBe(
      "q=cheapest+4090&min_score=70",
    );
  });
  test("is not taken for a score by a word that only looks like it", () =>
    expect(asked("q=g_score")).toBe("q=g_score&min_score=70"));
  test("leaves out nothing where all are shown, or nothing is to be left out", () => {
    expect(asked("include_blacklisted=true")).toBe("min_score=0&include_blacklisted=true");
    expect(asked("", { ...usual, exclude_below_threshold: false })).toBe("min_score=0");
  });
});

test("the usual order is the cheapest first, or the most reliable", () => {
  expect(usualSort(usual)).toBe("price");
  expect(usualSort({ ...usual, sort_by_reliability: true })).toBe("-reliability");
});
