import { describe, expect, it } from "vitest";
import { differing, typedOf } from "./change";

const shown = {
  name: "box",
  hibernation: { idle_seconds: 180, gpu_percent: 5 },
  hibernation_own: {},
  max_price_hour: null,
} as Parameters<typeof typedOf>[0];
const before = typedOf(shown);

describe("what the dialog of changes sends", () => {
  it("is only what was changed in it, as others may have set the rest meanwhile", () => {
    expect(differing(before, before)).toEqual({});
    expect(differing(before, { ...before, name: " boxy " })).toEqual({ name: "boxy" });
    expect(differing(before, { ...before, minutes: "7" })).toEqual({ hibernation: { idle_seconds: 420 } });
    expect(differing(before, { ...before, sleeps: false })).toEqual({ hibernation: { enabled: false } });
    expect(differing(before, { ...before, most: "0.2" })).toEqual({ max_price_hour: "0.2" });
  });

  it("takes back what was emptied", () => {
    const limited = { ...before, most: "0.2" };
    expect(differing(limited, { ...limited, most: "", minutes: "" })).toEqual({
      hibernation: { idle_seconds: null },
      max_price_hour: null,
    });
  });
});
