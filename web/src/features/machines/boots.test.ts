/** Boot times as a distribution. */
import { describe, expect, it } from "vitest";
import { filled } from "./boots";

describe("Boot times", () => {
  it("keep the empty places between them", () => {
    const boots = filled([
      { from_seconds: 80, to_seconds: 160, count: 1 },
      { from_seconds: 10, to_seconds: 20, count: 3 },
    ]);
    expect(boots.map(({ from_seconds, count }) => [Math.round(from_seconds), count])).toEqual([
      [10, 3],
      [20, 0],
      [40, 0],
      [80, 1],
    ]);
  });

  it("that lie side by side have none", () =>
    expect(
      filled([
        { from_seconds: 10, to_seconds: 20, count: 3 },
        { from_seconds: 20, to_seconds: 40, count: 1 },
      ]),
    ).toHaveLength(2));

  it("begin at the first that was seen", () =>
    expect(
      filled([
        { from_seconds: 0, to_seconds: 5, count: 0 },
        { from_seconds: 10, to_seconds: 20, count: 3 },
      ]),
    ).toHaveLength(1));
});
