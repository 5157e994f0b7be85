import { describe, expect, test } from "vitest";
import type { ProviderPrices } from "../../../lib/api/generated";
import { byGpu, lowestByHour, together } from "./trend";

const hour = (at: number, lowest: string | null) => ({
  hour: new Date(at * 3_600_000).toISOString(),
  lowest,
  median: null,
  highest: null,
  spot_lowest: null,
  effective_lowest: null,
  count: 1,
});

const provider = (title: string, series: ReturnType<typeof hour>[]) =>
  ({ title, series }) as unknown as ProviderPrices;

describe("lowestByHour", () => {
  test("has a place for every hour, empty where nothing is known", () => {
    expect(lowestByHour([hour(1, "0.4"), hour(2, null), hour(4, "0.5")])).toEqual([0.4, null, null, 0.5]);
    expect(lowestByHour([])).toEqual([]);
  });
});

describe("byGpu", () => {
  test("makes a line of each GPU that a name means", () => {
    const item = {
      provider: "vast",
      title: "Vast.ai",
      model: "A100 40GB PCIe",
      others: [{ model: "A100 80GB SXM" }],
    };
    const lines = byGpu([item as unknown as ProviderPrices]);
    expect(lines.map(({ title, model }) => `${title} ${model}`)).toEqual([
      "Vast.ai A100 40GB PCIe",
      "Vast.ai A100 80GB SXM",
    ]);
  });
});

describe("together", () => {
  test("lays providers over the same hours", () => {
    const { moments, series } = together([
      provider("A", [hour(1, "0.4"), hour(2, "0.5")]),
      provider("B", [hour(2, "0.6"), hour(3, "0.7")]),
    ]);
    expect(moments).toEqual([3600, 7200, 10_800]);
    expect(series.map(({ values }) => values)).toEqual([
      [0.4, 0.5, null],
      [null, 0.6, 0.7],
    ]);
  });
  test("draws no more lines than can be told apart", () => {
    const many = Array.from({ length: 9 }, (_, at) => provider(String(at), [hour(1, "1")]));
    expect(together(many).series).toHaveLength(5);
    expect(together([]).moments).toEqual([]);
  });
});
