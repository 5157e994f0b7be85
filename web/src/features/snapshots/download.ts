/** Saves a file or a folder of a snapshot: what is large is streamed to the disk where the browser can do that. */
import type { FileEntry } from "../../lib/api/generated";
import { problemOf, unreachable } from "../../lib/api/problem";
import { session } from "../../lib/session/session";

type Wanted = Pick<FileEntry, "path" | "name" | "kind" | "size">;

interface Handle {
  createWritable: () => Promise<WritableStream<Uint8Array>>;
}
type Picker = (options: { suggestedName: string }) => Promise<Handle>;

/** More than this is not gathered in memory, where there is another way. */
const IN_MEMORY = 200_000_000;

/** What saving a folder takes, by what of it is shown: with more to come it may be all of the snapshot. */
export function roomOf(
  shown: readonly Pick<FileEntry, "size">[],
  more: boolean,
  whole: number | null,
): number {
  return more ? (whole ?? Number.POSITIVE_INFINITY) : shown.reduce((sum, { size }) => sum + size, 0);
}

/** Throws a problem. */
export async function save(snapshotId: string, wanted: Wanted): Promise<void> {
  const name = wanted.kind === "folder" ? `${wanted.name}.tar` : wanted.name;
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (picker && wanted.size > IN_MEMORY)
    return stream(snapshotId, wanted.path, () => picker({ suggestedName: name }));
  const response = await ask(snapshotId, wanted.path);
  const blob = await response.blob().catch(broken);
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The place is asked for first: a browser lets a page do so only right after a click. */
async function stream(snapshotId: string, path: string, place: () => Promise<Handle>): Promise<void> {
  const handle = await place().catch(() => null);
  if (!handle) return;
  const response = await ask(snapshotId, path);
  await response.body?.pipeTo(await handle.createWritable()).catch(broken);
}

async function ask(snapshotId: string, path: string): Promise<Response> {
  const token = await session.usable();
  const url = `/api/v1/snapshots/${encodeURIComponent(snapshotId)}/download?${new URLSearchParams({ path })}`;
  const headers = { authorization: `Bearer ${token ?? ""}` };
  const response = await fetch(url, { headers }).catch(broken);
  if (response.ok) return response;
  throw problemOf(response.status, response.headers, await response.json().catch(() => null));
}

function broken(error: unknown): never {
  throw unreachable(error instanceof Error ? error.message : "");
}
