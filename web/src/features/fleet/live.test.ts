import { describe, expect, test } from "vitest";
import type { Operation } from "../../lib/api/generated";
import { operationWent, tagsOf } from "./live";

const operation = { id: "o1", state: "running", stage: "booting", percent: 20 } as Operation;
const told = { instance_id: "i1", id: "o1", state: "running", stage: "booting", percent: 45 };

describe("an operation that is told of", () => {
  test("is written in place while it is in the same stage", () => {
    const shown = { operation: { ...operation } };
    expect(operationWent(shown, told)).toBe(true);
    expect(shown.operation.percent).toBe(45);
  });

  test("is asked for again where it is another, or in another stage", () => {
    const shown = { operation: { ...operation } };
    expect(operationWent(shown, { ...told, id: "o2" })).toBe(false);
    expect(operationWent(shown, { ...told, stage: "ssh" })).toBe(false);
    expect(operationWent(shown, { ...told, state: "succeeded" })).toBe(false);
    expect(operationWent({ operation: null }, told)).toBe(false);
    expect(operationWent(undefined, told)).toBe(false);
    expect(shown.operation.percent).toBe(20);
  });
});

describe("an event", () => {
  test("that moves an instance changes what has been saved; a sample changes nothing", () => {
    expect(tagsOf({ kind: "fleet.instance_moved" })).toContain("Savings");
    expect(tagsOf({ kind: "fleet.operation_changed" })).not.toContain("Savings");
    expect(tagsOf({ kind: "fleet.budget_reached" })).toEqual(["Budget"]);
    expect(tagsOf({ kind: "fleet.sampled" })).toEqual([]);
  });
});
