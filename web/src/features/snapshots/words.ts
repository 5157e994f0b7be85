/** What the server's words of snapshots are called on the pages, and what follows from them. */
import type { Restore, Snapshot, SnapshotProgress } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { price, toMicro } from "../../lib/money";
import { duration } from "../../lib/time";

type State = Snapshot["state"];

/** Somebody makes it, or the server looks whether it is all there. */
export function isOpen({ state }: { state: State }): boolean {
  return state === "queued" || state === "running" || state === "verifying";
}

export function isRestoring({ state }: Pick<Restore, "state">): boolean {
  return state === "queued" || state === "running";
}

/** Its files can be shown: the server can't read what is encrypted. */
export function isReadable({ state, encrypted }: Pick<Snapshot, "state" | "encrypted">): boolean {
  return state === "complete" && encrypted === false;
}

/** Only restic itself, with its owner's password, does anything with one of those. */
export function isRestic({ engine }: Pick<Snapshot, "engine">): boolean {
  return engine === "restic";
}

export function stageWords(stage: string): string {
  const words = stage.replaceAll("_", " ").trim();
  return words ? words[0]?.toUpperCase() + words.slice(1) : "At work";
}

const SILENT_SECONDS = 60;

/** For how long nothing was heard of what is at work, where that is too long: it says something each second. */
export function silenceWords(progress: SnapshotProgress | null, now: number): string {
  const quiet = progress ? (now - Date.parse(progress.at)) / 1000 : 0;
  return quiet < SILENT_SECONDS ? "" : duration(quiet, 1);
}

/** The snapshot that one is best compared with: its parent, else the one before it of the same label. */
export function beforeOf(snapshot: Snapshot, rows: readonly Snapshot[]): string | null {
  if (snapshot.parent_id) return snapshot.parent_id;
  const older = rows.filter(
    (each) =>
      each.label === snapshot.label &&
      each.owner.id === snapshot.owner.id &&
      isReadable(each) &&
      each.created_at < snapshot.created_at,
  );
  older.sort((a, b) => b.created_at.localeCompare(a.created_at));
  return older[0]?.id ?? null;
}

/** What is so when it is deleted, in a sentence. */
export function consequenceOf(snapshot: Snapshot): string {
  if (snapshot.state === "failed" && snapshot.completed_at === null)
    return "It leaves the list for good. What it has sent is freed by the next pruning, unless another snapshot needs it.";
  if (snapshot.unique_bytes === null)
    return "What no other snapshot needs is freed by a later pruning. Until then you can take it back.";
  const month = snapshot.cost_month === null ? 0n : toMicro(snapshot.cost_month);
  const saved = month < 10_000n ? "" : ` and saves ${price(month)} a month`;
  return snapshot.unique_bytes === 0
    ? "It frees nothing: other snapshots need all that is in it. You can take it back until it is pruned."
    : `It frees ${size(snapshot.unique_bytes)} that no other snapshot needs${saved}. Until the pruning you can take it back.`;
}

/** Where its tree lay: the folder, and the machine, where it has told its name. */
export function placeWords({ host, root }: { host: string; root: string }): string {
  return root && host ? `${root} on ${host}` : root || host;
}

export function diffPath(from: string, to: string): string {
  return `/snapshots/diff?from=${from}&to=${to}`;
}
