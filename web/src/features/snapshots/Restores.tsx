/** The restores of a snapshot: those under way as they move, those that are over with how long they took. */
import { Flame, RotateCcw, Square } from "lucide-react";
import { Badge, StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import { EmptyState } from "../../components/states";
import type { Restore, SnapshotDetail } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { plural } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { duration } from "../../lib/time";
import { toast, toastProblem } from "../../lib/toasts";
import { snapshotLists, snapshotsApi } from "./api";
import { RestoreBecame } from "./RestoreDialog";
import { isRestoring, stageWords } from "./words";

export function Restores({ snapshot }: { snapshot: SnapshotDetail }) {
  const older = snapshotLists.useRestorePagesInfiniteQuery(snapshot.id, {
    skip: snapshot.restores.length < 10,
  });
  const known = new Set(snapshot.restores.map((each) => each.id));
  const rest = older.data ? rowsOf(older.data).filter((each) => !known.has(each.id)) : [];
  const restores = [...snapshot.restores, ...rest];
  if (restores.length === 0)
    return (
      <div className="rounded border border-line">
        <EmptyState icon={RotateCcw} title="Nobody has restored it yet">
          <p>
            A restore is one command on the machine that is to have the files; how far it is appears here.
          </p>
        </EmptyState>
      </div>
    );
  const more = moreOf(older);
  return (
    <>
      <ul aria-label="Restores" className="divide-y divide-line rounded border border-line">
        {restores.map((restore) => (
          <Line key={restore.id} restore={restore} />
        ))}
      </ul>
      {more.has && (
        <Button busy={more.busy} onClick={more.load} className="justify-self-start">
          Show more
        </Button>
      )}
    </>
  );
}

function Line({ restore }: { restore: Restore }) {
  const open = isRestoring(restore);
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <StateBadge state={restore.state === "complete" ? "succeeded" : restore.state} />
        <code className="text-xs [overflow-wrap:anywhere]">{restore.target}</code>
        <span className="text-ink-3">
          {restore.paths.length === 0 ? "whole" : plural(restore.paths.length, "path")}
        </span>
        {!open && restore.progress?.hot_ready && (
          <Badge tone="ok" icon={Flame}>
            Hot files first
          </Badge>
        )}
        <span className="ml-auto flex items-center gap-3 text-ink-2">
          <Took restore={restore} />
          <Time at={restore.created_at} />
          {open && <Stop restore={restore} />}
        </span>
      </div>
      {(open || restore.error) && <RestoreBecame restore={restore} />}
      {restore.state === "complete" && <StageWords stages={restore.stages} />}
    </li>
  );
}

function Took({ restore: { began_at: began, finished_at: finished } }: { restore: Restore }) {
  if (!began || !finished) return null;
  return <span className="figures">took {duration((Date.parse(finished) - Date.parse(began)) / 1000)}</span>;
}

function StageWords({ stages }: Pick<Restore, "stages">) {
  const words = Object.entries(stages).map(([stage, seconds]) => `${stageWords(stage)} ${duration(seconds)}`);
  return words.length ? <p className="figures text-xs text-ink-3">{words.join(" · ")}</p> : null;
}

function Stop({ restore }: { restore: Restore }) {
  const writes = useAllowed("snapshots:write");
  const [cancel, cancelling] = snapshotsApi.useCancelRestoreMutation();
  const stop = () =>
    void cancel({ restoreId: restore.id })
      .unwrap()
      .then(() => toast({ title: "The restore is asked to stop", detail: "The files that are there stay." }))
      .catch(toastProblem);
  return (
    <Button
      size="sm"
      icon={Square}
      busy={cancelling.isLoading}
      disabled={!writes || restore.cancel_requested}
      onClick={stop}
    >
      {restore.cancel_requested ? "Asked to stop" : "Cancel"}
    </Button>
  );
}
