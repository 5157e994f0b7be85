/** What a webhook may be told of, in words; the keys are the server's. */
import type { WebhookWish } from "../../lib/api/generated";

export type Topic = WebhookWish["topics"][number];

export const topicWords: Record<Topic, string> = {
  idle_soon: "A minute before an idle instance hibernates",
  unused: "An instance has run for an hour, and nobody has used it",
  hibernated: "An instance is hibernated",
  woken: "An instance is awake again",
  interrupted: "An instance has lost its machine",
  failed_over: "An instance fails over to its standby",
  launch_failed: "An instance could not be started",
  run_done: "What an instance was to run is done",
  run_failed: "What an instance was to run has failed",
  standby_trouble: "A standby is in trouble",
  paid_hours_end: "No more hours of a machine could be bought",
  key_refused: "A cloud refuses the key of machines that run there",
  snapshots_end: "Snapshots of a destroyed instance are soon deleted",
  repository_harmed: "A check of your snapshots has found damage",
  budget_near: "80% of a budget is used",
  budget_over: "A budget is used up",
};

export const allTopics = Object.keys(topicWords) as Topic[];

/** The test's topic, and any that this application does not know yet, are shown by the server's name. */
export function topicShort(topic: string): string {
  return topic.replaceAll("_", " ");
}
