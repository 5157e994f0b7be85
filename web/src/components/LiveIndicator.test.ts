import { describe, expect, test } from "vitest";
import { wordsOf } from "./LiveIndicator";

describe("wordsOf", () => {
  test("counts down to the next try and never to zero", () => {
    expect(wordsOf({ state: "waiting", retryAt: 10_000 }, 5600).word).toBe("Offline, again in 5 s");
    expect(wordsOf({ state: "waiting", retryAt: 10_000 }, 10_400).word).toBe("Offline, again in 1 s");
  });
  test("has a word for every state", () => {
    expect(wordsOf({ state: "live" }, 0).word).toBe("Live");
    expect(wordsOf({ state: "connecting" }, 0).word).toBe("Connecting");
    expect(wordsOf({ state: "idle" }, 0).word).toBe("Not live");
  });
});
