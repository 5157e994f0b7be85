import { describe, expect, test } from "vitest";
import type { LiveMessage } from "../../lib/live/client";
import { isProgress, type JobNews, newsOf } from "./live";

const event = (kind: string, data: unknown): LiveMessage => ({
  type: "event",
  id: "1",
  topic: "jobs",
  kind,
  data,
  at: "",
});
const news: JobNews = { id: "j1", state: "running", attempt: 1, progress: null };

describe("newsOf", () => {
  test("reads what happened to one job", () => {
    expect(newsOf(event("jobs.job_changed", news))).toEqual(news);
  });
  test.each([
    event("jobs.jobs_enqueued", { count: 40, names: [] }),
    event("jobs.job_changed", null),
    event("jobs.job_changed", { id: 5 }),
    { type: "reload", topic: "jobs" } as const,
  ])("does not guess from %j", (message) => {
    expect(newsOf(message)).toBeNull();
  });
});

describe("isProgress", () => {
  test("tells coming further from becoming something else", () => {
    expect(isProgress(news, { ...news, progress: { done: 3 } })).toBe(true);
    expect(isProgress(news, { ...news, state: "succeeded" })).toBe(false);
    expect(isProgress(news, { ...news, attempt: 2 })).toBe(false);
  });
});
