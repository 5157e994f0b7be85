import { describe, expect, test } from "vitest";
import type { RepositoryState, Restore, SnapshotProgress } from "../../lib/api/generated";
import { restoreWent, taskWent } from "./live";

const progress = { stage: "content", percent: 40 } as SnapshotProgress;
const restore = () => ({ id: "r1", state: "running", progress: null }) as Restore;
const checking = () =>
  ({ task: { kind: "check", stage: "waiting", done: 0, total: null, unit: "" } }) as RepositoryState;

describe("what a message tells", () => {
  test("of a restore that came further is written into it", () => {
    const known = restore();
    expect(restoreWent(known, { id: "r1", state: "running", progress })).toBe(true);
    expect(known.progress).toEqual(progress);
  });
  test.each([
    ["another restore", { id: "r2", state: "running", progress } as const],
    ["another state", { id: "r1", state: "complete", progress } as const],
  ])("of %s is asked of the server", (_, told) => {
    const known = restore();
    expect(restoreWent(known, told)).toBe(false);
    expect(known.progress).toBeNull();
  });
  test("of a task that came further is written into it", () => {
    const state = checking();
    const further = { stage: "reading", done: 3, total: 9, unit: "packs" };
    expect(taskWent(state, { task: "check", progress: further as never })).toBe(true);
    expect(state.task).toMatchObject({ kind: "check", ...further });
  });
  test("of a task that ended, or began, is asked of the server", () => {
    expect(taskWent(checking(), { task: null, progress })).toBe(false);
    expect(taskWent({ task: null } as RepositoryState, { task: "prune", progress })).toBe(false);
  });
});
