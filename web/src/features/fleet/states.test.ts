import { describe, expect, test } from "vitest";
import type { InstanceStandby } from "../../lib/api/generated";
import { actsOf, firstAct, isGone, isMoving, type State, stateLooks } from "./states";

const cpu = { enabled: true, kind: "cpu" } as InstanceStandby;

describe("what one may ask of an instance", () => {
  test("begins with what people come for", () => {
    const first = (state: State) => firstAct({ state, standby: null });
    expect([first("running"), first("hibernated"), first("paused")]).toEqual(["hibernate", "wake", "resume"]);
  });

  test("is nothing in front where only its end is left", () => {
    expect(firstAct({ state: "launching", standby: null })).toBeNull();
    expect(actsOf({ state: "destroyed", standby: null })).toEqual([]);
  });

  test("knows of the standby only where one of processors is kept", () => {
    expect(actsOf({ state: "running", standby: null })).not.toContain("half-life");
    expect(actsOf({ state: "running", standby: cpu })).toContain("half-life");
    expect(actsOf({ state: "running", standby: { ...cpu, kind: "gpu" } })).not.toContain("half-life");
  });

  test("is its destruction in every state but those of its end", () => {
    for (const state of Object.keys(stateLooks) as State[])
      expect(actsOf({ state, standby: null }).includes("destroy")).toBe(!isGone(state));
  });
});

test("a state that goes on by itself is drawn as moving", () => {
  expect([isMoving("waking"), isMoving("running"), isMoving("failed")]).toEqual([true, false, false]);
});
