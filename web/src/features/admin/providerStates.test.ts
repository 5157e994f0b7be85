import { describe, expect, test } from "vitest";
import type { Provider } from "../../lib/api/generated";
import { abilityName, adviceFor, stateOf } from "./providerStates";

const read: Provider = {
  name: "vast",
  title: "Vast.ai",
  site: "",
  disabled: null,
  configured: true,
  why_not: null,
  can: {},
  cannot: {},
  credentials: [],
  where: "",
  offers: 12,
  last_sync_at: "2026-01-05T08:00:00Z",
  last_complete_at: "2026-01-05T08:00:00Z",
  age_seconds: 4,
  stale: false,
  error_code: null,
  standing: null,
};
const standing = {
  error: null,
  error_at: null,
  failures: 0,
  next_at: null,
  frozen_reason: "12 of 20 do not fit",
  frozen_at: null,
  waits: {},
  report: null,
};

describe("stateOf", () => {
  test("says that all is well", () => {
    expect(stateOf(read)).toBe("fresh");
  });
  test("names the worst first", () => {
    expect(stateOf({ ...read, stale: true })).toBe("stale");
    expect(stateOf({ ...read, stale: true, error_code: "unavailable" })).toBe("failing");
    expect(stateOf({ ...read, error_code: "unavailable", standing })).toBe("frozen");
    expect(stateOf({ ...read, configured: false, error_code: "not_configured" })).toBe("unset");
    expect(stateOf({ ...read, disabled: "no API", standing })).toBe("disabled");
  });
  test("waits for the first reading", () => {
    expect(stateOf({ ...read, last_complete_at: null, age_seconds: null, stale: true })).toBe("waiting");
  });
});

describe("the words", () => {
  test("tell what to do, also about what is new here", () => {
    expect(adviceFor("bad_credentials")).toContain("Provider keys");
    expect(adviceFor("moon_phase")).toContain("tried again");
    expect(abilityName("stop_start")).toBe("Stop and start");
    expect(abilityName("time_travel")).toBe("Time travel");
  });
});
