import { describe, expect, test } from "vitest";
import { amount, fromMicro, price, toMicro } from "./money";

describe("toMicro", () => {
  test("keeps every digit that a float would lose", () => {
    expect(toMicro("90071992547409.931207")).toBe(90071992547409931207n);
    expect(toMicro("0.1") + toMicro("0.2")).toBe(toMicro("0.3"));
  });
  test("rounds the seventh place half away from zero", () => {
    expect(toMicro("0.0000005")).toBe(1n);
    expect(toMicro("-0.0000005")).toBe(-1n);
    expect(toMicro("0.00000049")).toBe(0n);
  });
  test.each(["", "1,5", "1e3", "abc", "1.", "--1", "NaN"])("refuses %j", (text) => {
    expect(() => toMicro(text)).toThrow(RangeError);
  });
});

describe("fromMicro", () => {
  test.each(["0.00", "-12.34", "0.000001", "1204.50", "7.125"])("gives back %s", (text) => {
    expect(fromMicro(toMicro(text))).toBe(text);
  });
});

describe("price", () => {
  test.each([
    ["0.412", "$0.412"],
    ["0.4125", "$0.413"],
    ["1.5", "$1.50"],
    ["12.4", "$12.40"],
    ["1204.5", "$1,204.50"],
    ["0.00083", "$0.000830"],
    ["0.0833333", "$0.0833"],
    ["0", "$0.00"],
    ["-0.3", "−$0.300"],
  ])("writes %s as %s", (from, to) => {
    expect(price(from)).toBe(to);
  });
});

describe("amount", () => {
  test.each([
    ["1204.5", "$1,204.50"],
    ["-3.999", "−$4.00"],
    ["1234567.891", "$1,234,567.89"],
    ["0", "$0.00"],
    ["0.10", "$0.10"],
    ["1200", "$1,200.00"],
    ["0.0099996", "$0.01"],
    ["0.004", "$0.004"],
    ["-0.000012", "−$0.000012"],
  ])("writes %s as %s", (from, to) => {
    expect(amount(from)).toBe(to);
  });
});
