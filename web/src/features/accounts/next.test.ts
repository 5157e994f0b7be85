import { describe, expect, test } from "vitest";
import { nextOf } from "./next";

const next = (value: string) => nextOf(new URLSearchParams({ next: value }));

describe("nextOf", () => {
  test("keeps an address of ours with its search", () => {
    expect(next("/jobs?state=failed")).toBe("/jobs?state=failed");
  });
  test.each([
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
  ])("does not leave for %j", (value) => {
    expect(next(value)).toBe("/");
  });
});
