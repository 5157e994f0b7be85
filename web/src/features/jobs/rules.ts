/** What follows from the state of a job. */
import type { Job } from "./api";

export const stateWords: Record<Job["state"], string> = {
  queued: "Queued",
  waiting: "Waiting",
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const stateExplained: Record<Job["state"], string> = {
  queued: "It runs as soon as its time has come and a worker is free.",
  waiting: "Another job with the same key runs; this one follows.",
  running: "A worker is at it. If the worker dies, another one takes it over.",
  succeeded: "It is done.",
  failed: "All attempts failed. It stays here until somebody runs it again.",
  cancelled: "Somebody stopped it.",
};

export function canCancel(job: Pick<Job, "state" | "cancel_requested">): boolean {
  return ["queued", "waiting", "running"].includes(job.state) && !job.cancel_requested;
}

export function canRetry(job: Pick<Job, "state">): boolean {
  return job.state === "failed" || job.state === "cancelled";
}

/** How long it ran, or has run so far; null when it has not begun. */
export function runSeconds(job: Pick<Job, "started_at" | "finished_at">, now = Date.now()): number | null {
  if (!job.started_at) return null;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}
