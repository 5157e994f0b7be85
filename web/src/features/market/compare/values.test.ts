import { describe, expect, test } from "vitest";
import { valueWords } from "./values";

describe("valueWords", () => {
  test("writes money as money", () => {
    expect(valueWords({ unit: "$/h" }, "0.412300")).toBe("$0.412/h");
  });
  test("writes what is not known as that, and yes and no in words", () => {
    expect(valueWords({ unit: "GB" }, null)).toBe("—");
    expect(valueWords({ unit: "" }, true)).toBe("Yes");
    expect(valueWords({ unit: "" }, false)).toBe("No");
  });
  test("puts the unit behind a figure", () => {
    expect(valueWords({ unit: "GB" }, 1024)).toBe("1,024 GB");
    expect(valueWords({ unit: "%" }, 98.5)).toBe("98.5%");
    expect(valueWords({ unit: "" }, "US-CA")).toBe("US-CA");
  });
});
