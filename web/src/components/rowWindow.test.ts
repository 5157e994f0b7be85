import { describe, expect, it } from "vitest";
import { windowAt } from "./rowWindow";

describe("the rows that are drawn", () => {
  it("are those in sight and six on both sides", () => {
    expect(windowAt(100, 20, 1000)).toEqual({ first: 94, last: 126 });
  });

  it("are as many at both ends as in the middle", () => {
    const sizes = [0, 3, 500, 979, 2000].map((top) => {
      const { first, last } = windowAt(top, 20, 1000);
      return last - first + 1;
    });
    expect(sizes).toEqual([33, 33, 33, 33, 33]);
    expect(windowAt(2000, 20, 1000).last).toBe(999);
  });

  it("are all of a short list, and none of an empty one", () => {
    expect(windowAt(0, 20, 5)).toEqual({ first: 0, last: 4 });
    expect(windowAt(0, 20, 0)).toEqual({ first: 0, last: -1 });
  });
});
