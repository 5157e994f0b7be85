/** The fleet's words for stages, causes and what will happen. */
import type { Lane, Operation } from "../../lib/api/generated";
import { duration } from "../../lib/time";

const stages: Record<string, string> = {
  choosing: "Choosing machines",
  waits: "Waiting for a spot machine",
  creating: "Asking the cloud",
  booting: "Booting",
  ssh: "Waiting for SSH",
  agent: "Waiting for the agent",
  checking: "Checking what was sold",
  setup: "Setting up",
  restoring: "Putting files back",
  onstart: "Running your script",
  ready: "Ready",
  snapshot: "Taking a snapshot",
  verifying: "Proving the snapshot",
  destroying: "Giving the machine up",
  hibernated: "Asleep",
  stopping: "Stopping",
  starting: "Starting",
  switching: "Switching over",
  syncing: "Copying what changed",
  match: "Choosing machines",
  boot: "Booting",
  restore: "Putting files back",
};

/** Stages that are not known yet are said as they come. */
export function stageWords(stage: string): string {
  const known = stages[stage];
  if (known) return known;
  const words = stage.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const operations: Record<Operation["kind"], [doing: string, done: string]> = {
  launch: ["Launching", "launched"],
  pause: ["Pausing", "paused"],
  resume: ["Resuming", "resumed"],
  hibernate: ["Hibernating", "hibernated"],
  wake: ["Waking", "awake"],
  snapshot: ["Taking a snapshot", "saved"],
  failover: ["Failing over", "failed over"],
  half_life: ["Moving to the standby", "on its standby"],
  destroy: ["Destroying", "destroyed"],
  rehearsal: ["Rehearsing a failover", "rehearsed"],
  keep_awake: ["Keeping awake", "kept awake"],
};

export const operationWords = (kind: Operation["kind"]) => operations[kind][0];
export const operationDone = (kind: Operation["kind"]) => operations[kind][1];

const lanes: Record<Lane["lane"], string> = {
  waiting: "Waiting",
  creating: "Creating",
  booting: "Booting",
  ssh: "SSH answers",
  agent: "Agent called",
  winner: "Winner",
  ending: "Ending",
  destroyed: "Destroyed",
};

export const laneWords = (lane: Lane["lane"]) => lanes[lane];

const endings: Record<string, string> = {
  lost_race: "another was quicker",
  hibernated: "put to sleep",
  destroyed: "destroyed",
  interrupted: "taken away",
  never_made: "never made",
  boot_timeout: "too slow",
  offer_gone: "sold meanwhile",
  driver_mismatch: "not what was sold",
  hardware_error: "hardware error",
  gpu_not_ready: "GPU not ready",
  ssh_failed: "no SSH",
  image_pull_failed: "image not pulled",
  out_of_disk: "out of disk",
  network: "network",
};

export function endingWords(why: string | null): string | null {
  return why === null ? null : (endings[why] ?? why.replaceAll("_", " "));
}

/** "3 of 5 machines gone, 12 s in" and the like: how long a lane ran, in short. */
export function laneSeconds(lane: Pick<Lane, "seconds">): string {
  return lane.seconds < 10 ? `${lane.seconds.toFixed(1)} s` : duration(lane.seconds);
}

/** Who did it, for people: "you", "a colleague", "the fleet". */
export function whoWords(who: string, me: string | undefined): string {
  if (who.startsWith("user:")) return who.slice(5) === me ? "you" : "a colleague";
  const names: Record<string, string> = {
    idle: "idleness",
    budget: "its budget",
    schedule: "its schedule",
    fleet: "the fleet",
    provider: "the cloud",
    until: "its end time",
    deadman: "its agent, alone",
  };
  return names[who] ?? who;
}
