import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Tag } from "../api/tags";
import { Gathering, tagsOf } from "./renewal";

const event = (topic: string, kind: string, data: unknown = {}) =>
  ({ type: "event", id: "1", topic, kind, data, at: "" }) as const;

describe("tagsOf", () => {
  test("renews little when the event says what it is about", () => {
    expect(tagsOf(event("me", "accounts.change_recorded", { action: "api_key.created" }))).toEqual([
      "ApiKey",
      "Audit",
    ]);
  });
  test("renews the whole topic for anything else and for a reload", () => {
    expect(tagsOf(event("me", "accounts.something_new"))).toContain("Team");
    expect(tagsOf(event("me", "x", { action: "weather.changed" }))).toContain("Team");
    expect(tagsOf({ type: "reload", topic: "me" })).toContain("Session");
    expect(tagsOf({ type: "reload", topic: "jobs:12" })).toEqual(["Job", "Schedule"]);
  });
  test("renews nothing for a foreign topic", () => {
    expect(tagsOf(event("weather", "rain"))).toEqual([]);
  });
});

describe("Gathering", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("renews at once, then a storm in steps without repeats", () => {
    const renewed: Tag[][] = [];
    const gathering = new Gathering((tags) => renewed.push(tags), 800);
    gathering.add(["Job"]);
    for (let i = 0; i < 50; i++) gathering.add(["Job", "Worker"]);
    expect(renewed).toEqual([["Job"]]);
    vi.advanceTimersByTime(800);
    expect(renewed).toEqual([["Job"], ["Job", "Worker"]]);
    vi.advanceTimersByTime(5000);
    expect(renewed).toHaveLength(2);
  });
});
