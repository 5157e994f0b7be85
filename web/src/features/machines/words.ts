/** The server's words about machines, as people say them. */
import type { BlacklistEntry, MachineAttempt } from "../../lib/api/generated";
import { providerNames } from "../../lib/providerNames";

type Reason = NonNullable<MachineAttempt["reason"]>;

const reasons: Record<Reason, string> = {
  driver_mismatch: "Driver does not fit",
  boot_timeout: "Did not boot in time",
  ssh_failed: "No way in by SSH",
  gpu_not_ready: "GPU not ready",
  frequent_interrupts: "Interrupted too often",
  hardware_error: "Hardware error",
  offer_gone: "Offer was gone",
  image_pull_failed: "Image could not be fetched",
  out_of_disk: "Disk full",
  network: "Network",
  unknown: "Reason not known",
};

/** A reason of a newer server is shown by its name. */
export function reasonWords(reason: string): string {
  return reasons[reason as Reason] ?? reason.replaceAll("_", " ");
}

export const attemptWords: Record<MachineAttempt["type"], string> = {
  deploy: "Deploy",
  wake: "Wake",
  failover: "Failover",
  health_check: "Health check",
};

export const kindWords: Record<BlacklistEntry["blacklist_type"], string> = {
  automatic: "Automatic",
  temporary: "Temporary",
  manual: "Manual",
};

export const kindExplained: Record<BlacklistEntry["blacklist_type"], string> = {
  automatic: "It failed too often: 7 days, for everyone.",
  temporary: "One serious failure: 24 hours, for everyone.",
  manual: "Somebody's wish: until it is taken off.",
};

/** Why an entry no longer counts. */
export function endingWords(entry: Pick<BlacklistEntry, "ended_why" | "ended_by">): string {
  const { ended_why: why } = entry;
  if (why === "expired") return "Ran out";
  if (why === "replaced") return "Replaced by a stronger one";
  return why || "No reason given";
}

/** "vast:12345" and "12345" at "vast" name the same machine. */
export function machineOf(provider: string, typed: string): { provider: string; machineId: string } {
  const text = typed.trim();
  const [before, ...after] = text.split(":");
  if (after.length > 0 && before && /^[a-z][a-z0-9_-]{1,31}$/.test(before) && providerNames.includes(before))
    return { provider: before, machineId: after.join(":") };
  return { provider, machineId: text };
}
