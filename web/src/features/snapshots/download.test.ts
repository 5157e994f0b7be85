import { expect, test } from "vitest";
import { roomOf } from "./download";

const shown = [{ size: 3 }, { size: 400_000_000 }];

test("a folder takes what is in it", () => {
  expect(roomOf(shown, false, 900_000_000)).toBe(400_000_003);
  expect(roomOf([], false, 900_000_000)).toBe(0);
});

test("a folder of which not all is shown may be all of the snapshot", () => {
  expect(roomOf(shown, true, 900_000_000)).toBe(900_000_000);
  expect(roomOf(shown, true, null)).toBe(Number.POSITIVE_INFINITY);
});
