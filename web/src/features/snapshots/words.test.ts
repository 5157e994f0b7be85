import { describe, expect, test } from "vitest";
import type { Snapshot, SnapshotProgress } from "../../lib/api/generated";
import { beforeOf, consequenceOf, placeWords, silenceWords } from "./words";

const snapshot = (more: Partial<Snapshot>) =>
  ({
    id: "s1",
    label: "box",
    owner: { kind: "user", id: "u1" },
    state: "complete",
    encrypted: false,
    parent_id: null,
    created_at: "2026-03-05T00:00:00Z",
    completed_at: "2026-03-05T00:01:00Z",
    unique_bytes: 4e9,
    cost_month: "0.060000",
    ...more,
  }) as Snapshot;
const aged = (day: number, more: Partial<Snapshot> = {}) =>
  snapshot({ id: `day ${day}`, created_at: `2026-03-0${day}T00:00:00Z`, ...more });

describe("the one before", () => {
  test("is the parent where there is one", () =>
    expect(beforeOf(snapshot({ parent_id: "p1" }), [aged(4)])).toBe("p1"));
  test("is else the newest of the same label that can be read", () =>
    expect(
      beforeOf(snapshot({}), [
        aged(7),
        aged(1),
        aged(2),
        aged(3, { encrypted: true }),
        aged(4, { label: "b" }),
      ]),
    ).toBe("day 2"));
  test("is nothing for the first", () => expect(beforeOf(snapshot({}), [snapshot({}), aged(6)])).toBeNull());
});

describe("what deleting does", () => {
  test.each([
    [{}, "frees 4.00 GB that no other snapshot needs and saves $0.0600 a month"],
    [{ unique_bytes: 4000, cost_month: "0.000000" }, "frees 4.00 kB that no other snapshot needs."],
    [{ unique_bytes: 0 }, "frees nothing"],
    [{ unique_bytes: null }, "is freed by a later pruning"],
    [{ state: "failed", completed_at: null } as const, "leaves the list for good"],
  ])("%j is said", (more, words) => expect(consequenceOf(snapshot(more))).toContain(words));
});

describe("silence", () => {
  const at = "2026-03-05T00:00:00Z";
  const progress = { at } as SnapshotProgress;
  test("is told of when it has lasted for a minute", () => {
    expect(silenceWords(progress, Date.parse(at) + 59_000)).toBe("");
    expect(silenceWords(progress, Date.parse(at) + 190_000)).toBe("3 min");
  });
  test("is nothing where nobody has begun", () => expect(silenceWords(null, Date.parse(at))).toBe(""));
});

test("a place is the folder and the machine, as far as they are known", () => {
  expect(placeWords({ host: "node-7", root: "/workspace" })).toBe("/workspace on node-7");
  expect(placeWords({ host: "", root: "/workspace" })).toBe("/workspace");
  expect(placeWords({ host: "", root: "" })).toBe("");
});
