/** Thirty days as a drawing. */
import { describe, expect, it } from "vitest";
import { type Day, dayWords, floorOf, gapsOf, percentWords, strokesOf, topOf } from "./days";

const days = (...lines: (number | null)[]): Day[] =>
  lines.map((line, at) => ({ day: `2026-07-0${at + 1}`, line, bar: line === null ? null : at }));

describe("The line", () => {
  it("breaks where nothing is known, and does not fall to zero", () => {
    const strokes = strokesOf(days(null, 99, 98, null, 97, null));
    expect(strokes.map((stroke) => stroke.map(({ at }) => at))).toEqual([[1, 2], [4]]);
  });

  it("has a scale that shows a small loss, and a great one", () => {
    expect(floorOf(days(100, 99.9))).toBe(99);
    expect(floorOf(days(100, 99))).toBe(95);
    expect(floorOf(days(100, 82))).toBe(80);
    expect(floorOf(days(100, 12))).toBe(0);
    expect(floorOf(days(null, null))).toBe(99);
  });
});

describe("The bars", () => {
  it("leave room above a single interruption", () => {
    expect(topOf(days(1, 1))).toBe(2);
    expect(topOf([{ day: "2026-07-01", line: 1, bar: 7 }])).toBe(10);
    expect(topOf([{ day: "2026-07-01", line: 1, bar: 2345 }])).toBe(3000);
  });
});

describe("Gaps", () => {
  it("are runs of days of which nothing is known", () =>
    expect(gapsOf(days(null, null, 99, null))).toEqual([
      [0, 1],
      [3, 3],
    ]));
});

describe("The words", () => {
  it("of a day are those of UTC", () => expect(dayWords("2026-07-01")).toBe("1 Jul"));

  it("never round a loss away", () => {
    expect(percentWords(100)).toBe("100%");
    expect(percentWords(99.999)).toBe("99.99%");
    expect(percentWords(98.96)).toBe("99.0%");
  });
});
