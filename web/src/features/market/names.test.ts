import { describe, expect, test } from "vitest";
import { bitrate, gigabytes, gpuWords, placeOf, providerTitle, regionOf } from "./names";

describe("an offer in words", () => {
  test("names its GPUs, or that it has none", () => {
    expect(gpuWords({ gpu_name: "RTX 4090", gpu_count: 2 })).toBe("2× RTX 4090");
    expect(gpuWords({ gpu_name: null, gpu_count: 0 })).toBe("No GPU");
  });
  test("names the country shortly, else the region, else says that nobody told", () => {
    expect(placeOf({ country: "US", region: "US-CA" })).toBe("US");
    expect(placeOf({ country: "DE", region: null })).toBe("Germany");
    expect(placeOf({ country: null, region: "global" })).toBe("global");
    expect(placeOf({ country: null, region: null })).toBe("Unknown place");
  });
  test("names the region only where it tells more than the country", () => {
    expect(regionOf({ country: "US", region: "California, US" })).toBe("California");
    expect(regionOf({ country: "US", region: "us-east-1" })).toBe("us-east-1");
    expect(regionOf({ country: "NO", region: "EU-NO" })).toBe("EU-NO");
    expect(regionOf({ country: "FI", region: "Finland, FI" })).toBeNull();
    expect(regionOf({ country: "CN", region: ", CN" })).toBeNull();
    expect(regionOf({ country: null, region: "global" })).toBeNull();
  });
  test("leaves a provider that it does not know its own name", () => {
    expect(providerTitle("vast")).toBe("Vast.ai");
    expect(providerTitle("newcloud")).toBe("newcloud");
  });
  test("has figures in the unit that reads best", () => {
    expect(gigabytes(2000)).toBe("2 TB");
    expect(gigabytes(null)).toBe("—");
    expect(bitrate(2300)).toBe("2.3 Gbit/s");
    expect(bitrate(120)).toBe("120 Mbit/s");
  });
});
