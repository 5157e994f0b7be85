import { describe, expect, test } from "vitest";
import { lasting, noOptions, readEnv, readNeed, readPorts, saysNothing, wishOf, writeNeed } from "./wish";

const address =
  "q=4090+EU&model=RTX+4090&model=L40S&gpu_count=2&max_price=0.80&provider=vast&provider=aws&country=DE&spot=true&offer=o1";

describe("the need", () => {
  test("stands in the address, there and back", () => {
    expect(writeNeed(readNeed(new URLSearchParams(address))).toString()).toBe(address);
  });

  test("is nothing while nothing is said", () => {
    expect(saysNothing(readNeed(new URLSearchParams("spot=true")))).toBe(true);
    expect(saysNothing(readNeed(new URLSearchParams(address)))).toBe(false);
  });
});

describe("the wish", () => {
  test("says the need as filters, and the price as the most of one machine", () => {
    const wish = wishOf(readNeed(new URLSearchParams(address)), noOptions, true);
    expect(wish.filters).toEqual({
      q: "4090 EU",
      model: ["RTX 4090", "L40S"],
      gpu_count: 2,
      provider: ["vast", "aws"],
      country: ["DE"],
    });
    expect(wish.max_price_hour).toBe("0.80");
    expect([wish.spot, wish.dry_run, wish.offer_id]).toEqual([true, true, "o1"]);
  });

  test("has a deadline with spot alone", () => {
    const due = readNeed(new URLSearchParams("spot=true&deadline=2026-12-01T08:00&work_hours=2.5"));
    const wish = wishOf(due, noOptions, true);
    expect(wish.deadline).toBe(new Date("2026-12-01T08:00").toISOString());
    expect(wish.work_hours).toBe(2.5);
    expect(wishOf({ ...due, spot: false }, noOptions, true)).not.toHaveProperty("deadline");
    expect(writeNeed({ ...due, spot: false }).toString()).toBe("");
  });

  test("leaves out what is left empty", () => {
    const wish = wishOf(readNeed(new URLSearchParams()), { ...noOptions, disk: "" }, false);
    expect(wish).not.toHaveProperty("max_price_hour");
    expect(wish).not.toHaveProperty("disk_gb");
    expect(wish).not.toHaveProperty("race");
    expect(wish.name).toBeNull();
  });

  test("says of a second machine what its switch says, and nothing while it was not touched", () => {
    const need = readNeed(new URLSearchParams());
    expect(wishOf(need, noOptions, false)).not.toHaveProperty("standby");
    expect(wishOf(need, { ...noOptions, standby: false }, false).standby).toEqual({ enabled: false });
  });

  test("hands on what is no number as it was typed", () => {
    const wish = wishOf(
      readNeed(new URLSearchParams("min_vram=24GB")),
      { ...noOptions, ports: "http" },
      true,
    );
    expect([wish.filters, wish.ports]).toEqual([{ min_vram: "24GB" }, ["http"]]);
  });

  test("reads environment and ports as they are typed", () => {
    expect(readEnv("A=1\n\n  TOKEN=a=b \nODD")).toEqual({ A: "1", TOKEN: "a=b", ODD: "" });
    expect(readPorts("8888, 6006 22")).toEqual([8888, 6006, 22]);
  });

  test("keeps neither its name nor its environment for the next time", () => {
    const kept = lasting({ ...noOptions, name: "llama", env: "TOKEN=x", image: "pytorch" });
    expect([kept.name, kept.env, kept.image]).toEqual(["", "", "pytorch"]);
  });
});
