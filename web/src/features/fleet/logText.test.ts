import { describe, expect, it } from "vitest";
import { added, MOST } from "./logText";

describe("added", () => {
  it("goes on where the text ended", () => {
    expect(added("one\n", { text: "two\n", anew: false })).toBe("one\ntwo\n");
  });

  it("forgets what another machine has written", () => {
    expect(added("one\n", { text: "fresh\n", anew: true })).toBe("fresh\n");
  });

  it("lets whole lines go that are the oldest", () => {
    const line = `${"x".repeat(99)}\n`;
    const grown = added(line.repeat(MOST / 100), { text: "last\n", anew: false });
    expect(grown.length).toBeLessThanOrEqual(MOST);
    expect(grown.startsWith("x".repeat(99))).toBe(true);
    expect(grown.endsWith("last\n")).toBe(true);
  });
});
