import { describe, expect, test } from "vitest";
import type { Understood } from "../../lib/api/generated";
import { curlOf, understoodWords } from "./words";

const nothing: Understood = {
  ...Object.fromEntries(
    ["models", "providers", "regions", "countries", "min_vram", "max_vram", "min_price", "max_price"].map(
      (key) => [key, null],
    ),
  ),
  ...{ gpu_count: null, min_gpus: null, max_gpus: null, min_reliability: null, min_inet_down: null },
  ...{ cuda_min: null, verified: null, spot: false, available_only: true, include_blacklisted: false },
  ...{ min_score: null, disk_gb: null, snapshot_gb: null, hours: null },
} as unknown as Understood;

describe("understoodWords", () => {
  test("says nothing of what was not said", () => {
    expect(understoodWords(nothing)).toEqual([]);
  });
  test("says each condition once", () => {
    const read = {
      ...nothing,
      models: ["RTX 4090"],
      gpu_count: 2,
      max_price: 0.5,
      regions: ["EU"],
      min_reliability: 0.98,
    };
    expect(understoodWords(read)).toEqual([
      "RTX 4090",
      "2 GPUs",
      "at most $0.5/h",
      "EU",
      "reliability at least 98%",
    ]);
  });
  test("writes ranges, and many models as a number", () => {
    const read = {
      ...nothing,
      models: ["A", "B", "C", "D"],
      min_gpus: 1,
      max_gpus: 8,
      min_vram: 80,
      max_vram: 80,
    };
    expect(understoodWords(read)).toEqual(["4 models", "1 GPU to 8 GPUs", "80 GB"]);
  });
});

describe("curlOf", () => {
  test("quotes what a shell would read", () => {
    expect(curlOf({ model: ["RTX 4090"] }, "http://x")).toBe(
      "curl 'http://x/api/v1/gpus/search?model=RTX+4090'",
    );
  });
});
