import { describe, expect, test } from "vitest";
import { hoursOf, stepsOf } from "./history";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();

describe("stepsOf", () => {
  test("holds a price until it changes, and to this moment", () => {
    const points = [
      { at: at(100), price_hour: "0.5", spot_price_hour: null },
      { at: at(200), price_hour: "0.7", spot_price_hour: null },
    ];
    const { moments, series } = stepsOf(points, 300_000);
    expect(moments).toEqual([100, 199, 200, 300]);
    expect(series).toEqual([{ name: "On demand", values: [0.5, 0.5, 0.7, 0.7] }]);
  });
  test("keeps a time without a price as a gap", () => {
    const points = [
      { at: at(100), price_hour: "0.5", spot_price_hour: "0.2" },
      { at: at(200), price_hour: null, spot_price_hour: "0.3" },
    ];
    const { series } = stepsOf(points, 300_000);
    expect(series[0]?.values).toEqual([0.5, 0.5, null, null]);
    expect(series[1]?.values).toEqual([0.2, 0.2, 0.3, 0.3]);
  });
  test("draws nothing of nothing", () => {
    expect(stepsOf([])).toEqual({ moments: [], series: [] });
  });
});

describe("hoursOf", () => {
  const hour = (seconds: number, lowest: string | null) => ({
    hour: at(seconds),
    lowest,
    median: "1",
    highest: "2",
    spot_lowest: null,
    effective_lowest: null,
    count: 3,
  });
  test("leaves a gap where hours are missing, and leaves out what nobody offers", () => {
    const { moments, series } = hoursOf([hour(0, "0.4"), hour(3600, null), hour(10_800, "0.5")]);
    expect(moments).toEqual([0, 3600, 7200, 10_800]);
    expect(series).toEqual([
      { name: "Lowest", values: [0.4, null, null, 0.5] },
      { name: "Median", values: [1, 1, null, 1] },
    ]);
  });
});
