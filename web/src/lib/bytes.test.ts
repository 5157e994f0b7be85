import { describe, expect, test } from "vitest";
import { size } from "./bytes";

describe("size", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [999_499, "999 kB"],
    [999_900, "1.00 MB"],
    [4_210_000_000, "4.21 GB"],
    [71_940_000_000, "71.9 GB"],
    [-1500, "−1.50 kB"],
    [3e18, "3000 PB"],
  ])("writes %d as %s", (bytes, words) => expect(size(bytes)).toBe(words));
});
