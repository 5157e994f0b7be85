import { describe, expect, test } from "vitest";
import { canCancel, canRetry, runSeconds } from "./rules";

describe("canCancel", () => {
  test("only what has not ended, and once", () => {
    expect(canCancel({ state: "running", cancel_requested: false })).toBe(true);
    expect(canCancel({ state: "running", cancel_requested: true })).toBe(false);
    expect(canCancel({ state: "succeeded", cancel_requested: false })).toBe(false);
  });
});

describe("canRetry", () => {
  test("only what ended badly", () => {
    expect(
      ["queued", "running", "succeeded", "failed", "cancelled"].filter((state) =>
        canRetry({ state } as never),
      ),
    ).toEqual(["failed", "cancelled"]);
  });
});

describe("runSeconds", () => {
  const start = "2026-03-01T12:00:00Z";
  test("is the whole run once it ended, the run so far before", () => {
    expect(runSeconds({ started_at: start, finished_at: "2026-03-01T12:01:05Z" })).toBe(65);
    expect(runSeconds({ started_at: start, finished_at: null }, Date.parse(start) + 4000)).toBe(4);
    expect(runSeconds({ started_at: null, finished_at: null })).toBeNull();
  });
});
