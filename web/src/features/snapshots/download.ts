/** Saves a file or a folder of a snapshot: what is large goes to the disk and not through the memory of the page. */
import type { DownloadAddress, FileEntry } from "../../lib/api/generated";
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
  if (wanted.size > IN_MEMORY)
    return picker
      ? stream(snapshotId, wanted.path, () => picker({ suggestedName: name }))
      : leave(snapshotId, wanted.path, name);
  const response = await ask(snapshotId, wanted.path);
  const blob = await response.blob().catch(broken);
  const url = URL.createObjectURL(blob);
  press(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** To the browser, which shows how far it is: by an address that is good once, as it sends no token along. */
async function leave(snapshotId: string, path: string, name: string): Promise<void> {
  const response = await sent(addressOf(snapshotId), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path }),
  });
  const lent = (await response.json().catch(broken)) as DownloadAddress;
  press(lent.url, name);
}

function press(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** The place is asked for first: a browser lets a page do so only right after a click. */
async function stream(snapshotId: string, path: string, place: () => Promise<Handle>): Promise<void> {
  const handle = await place().catch(() => null);
  if (!handle) return;
  const response = await ask(snapshotId, path);
  await response.body?.pipeTo(await handle.createWritable()).catch(broken);
}

function ask(snapshotId: string, path: string): Promise<Response> {
  return sent(`${addressOf(snapshotId)}?${new URLSearchParams({ path })}`);
}

function addressOf(snapshotId: string): string {
  return `/api/v1/snapshots/${encodeURIComponent(snapshotId)}/download`;
}

async function sent(url: string, how: RequestInit = {}): Promise<Response> {
  const token = await session.usable();
  const headers = { ...how.headers, authorization: `Bearer ${token ?? ""}` };
  const response = await fetch(url, { ...how, headers }).catch(broken);
  if (response.ok) return response;
  throw problemOf(response.status, response.headers, await response.json().catch(() => null));
}

function broken(error: unknown): never {
  throw unreachable(error instanceof Error ? error.message : "");
}
