/** Snapshots as they move: progress is written into what is shown, a new state asks the server again. */
import { useMemo } from "react";
import { useDispatch, useStore } from "react-redux";
import { api } from "../../lib/api/client";
import type { RepositoryState, Restore, Snapshot } from "../../lib/api/generated";
import type { LiveMessage } from "../../lib/live/client";
import { useLive } from "../../lib/live/live";
import { Gathering } from "../../lib/live/renewal";
import { snapshotLists, snapshotsApi } from "./api";

type Event = Extract<LiveMessage, { type: "event" }>;
type State = Parameters<typeof snapshotsApi.util.selectCachedArgsForQuery>[0];
type Progress = NonNullable<Snapshot["progress"]>;

interface Told {
  id: string;
  repository_id: string;
  snapshot_id: string;
  state: Restore["state"];
  task: string | null;
  progress: Progress;
}

/** Whether the restore only came further. */
export function restoreWent(
  restore: Restore | undefined,
  told: Pick<Told, "id" | "state" | "progress">,
): boolean {
  if (restore?.id !== told.id || restore.state !== told.state) return false;
  restore.progress = Object.keys(told.progress).length ? told.progress : restore.progress;
  return true;
}

/** Whether the task only came further. */
export function taskWent(state: RepositoryState | undefined, told: Pick<Told, "task" | "progress">): boolean {
  if (!state?.task || state.task.kind !== told.task) return false;
  Object.assign(state.task, told.progress);
  return true;
}

/** Follows a topic while the calling view is shown. */
export function useLiveSnapshots(topic: string | null): void {
  const dispatch = useDispatch();
  const store = useStore<State>();
  const gathering = useMemo(
    () => new Gathering((tags) => dispatch(api.util.invalidateTags(tags))),
    [dispatch],
  );
  const drafts = useMemo(() => draftsOf(dispatch as never, store), [dispatch, store]);
  useLive(topic, (message) => {
    if (message.type !== "event") return gathering.add(["Snapshot", "Repository"]);
    if (!taken(message, drafts)) gathering.add(tagsOf(message));
  });
}

type Drafts = ReturnType<typeof draftsOf>;

/** Whether the message said all that there is to know. */
function taken(message: Event, drafts: Drafts): boolean {
  const told = message.data as Told;
  let went = false;
  if (message.kind === "snapshots.progressed") {
    drafts.snapshots(told.id, (snapshot) => {
      went = snapshot.state === "running";
      snapshot.progress = told.progress;
    });
    return went;
  }
  if (message.kind === "snapshots.restore_changed") {
    drafts.restores(told.snapshot_id, (restore) => {
      went = restoreWent(restore, told) || went;
    });
    return went;
  }
  if (message.kind === "snapshots.repository_changed") {
    drafts.repositories((state) => {
      if (state.owner.id === told.repository_id) went = taskWent(state, told) || went;
    });
    return went;
  }
  return false;
}

function tagsOf({ kind }: Event): ("Snapshot" | "Repository" | "Retention")[] {
  if (kind === "snapshots.retention_changed") return ["Retention"];
  if (kind === "snapshots.repository_changed") return ["Repository", "Snapshot"];
  return kind === "snapshots.changed" ? ["Snapshot", "Repository"] : ["Snapshot"];
}

type Dispatch = (action: unknown) => void;

/** Everything of snapshots that this browser keeps, to be written into. */
function draftsOf(dispatch: Dispatch, store: { getState: () => State }) {
  const kept = snapshotsApi.util.selectCachedArgsForQuery;
  const shown = (id: string, write: (one: Snapshot & { restores?: Restore[] }) => void) => {
    for (const one of kept(store.getState(), "getSnapshot"))
      if (one.snapshotId === id) dispatch(snapshotsApi.util.updateQueryData("getSnapshot", one, write));
  };
  return {
    snapshots: (id: string, write: (snapshot: Snapshot) => void) => {
      shown(id, write);
      for (const filters of snapshotLists.util.selectCachedArgsForQuery(store.getState(), "snapshotPages"))
        dispatch(
          snapshotLists.util.updateQueryData("snapshotPages", filters, (draft) => {
            for (const page of draft.pages) for (const each of page.items) if (each.id === id) write(each);
          }),
        );
    },
    restores: (id: string, write: (restore: Restore) => void) =>
      shown(id, (snapshot) => snapshot.restores?.forEach(write)),
    repositories: (write: (state: RepositoryState) => void) => {
      for (const one of kept(store.getState(), "getRepository"))
        dispatch(snapshotsApi.util.updateQueryData("getRepository", one, write));
    },
  };
}
