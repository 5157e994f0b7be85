/** One snapshot: what is in it, what it takes and costs, how long it took, its files, and its restores. */
import { GitCompareArrows, RotateCcw, Square, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Alert } from "../../components/Alert";
import { Badge } from "../../components/Badge";
import { Big, Bigs } from "../../components/Bigs";
import { Button } from "../../components/Button";
import { CodeBlock, Id } from "../../components/copying";
import { Time } from "../../components/figures";
import { Group, Page } from "../../components/Page";
import { PageOf } from "../../components/PageOf";
import type { SnapshotDetail } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { count } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { duration } from "../../lib/time";
import { snapshotsApi } from "./api";
import { DeleteSnapshot } from "./DeleteSnapshot";
import { Files } from "./Files";
import { MonthCost, None, Ratio, Size } from "./figures";
import { useLiveSnapshots } from "./live";
import { RestoreDialog } from "./RestoreDialog";
import { Restores } from "./Restores";
import { Sizes } from "./Sizes";
import { Stages } from "./Stages";
import { Became } from "./TakeSnapshot";
import { StateWord } from "./Underway";
import { useSnapshotActions } from "./useSnapshotActions";
import { diffPath, isOpen, isRestic, isRestoring } from "./words";

export function SnapshotPage() {
  const { snapshotId = "" } = useParams();
  useLiveSnapshots(`snapshot:${snapshotId}`);
  const answer = snapshotsApi.useGetSnapshotQuery({ snapshotId });
  return (
    <PageOf
      of={answer}
      title="Snapshot"
      what="the snapshot"
      back={{ to: "/snapshots", words: "To all snapshots" }}
    >
      {(snapshot) => <Drawn key={snapshot.id} snapshot={snapshot} />}
    </PageOf>
  );
}

function Drawn({ snapshot }: { snapshot: SnapshotDetail }) {
  const [paths, choose] = useState<readonly string[] | null>(null);
  const measured = snapshot.bytes !== null;
  // What moves stands where it is seen, above a folder that may be long.
  const restoring = snapshot.restores.some(isRestoring);
  const restores = (
    <Group title="Restores">
      <Restores snapshot={snapshot} />
    </Group>
  );
  return (
    <Page
      wide
      title={snapshot.label}
      description={<Subtitle snapshot={snapshot} />}
      actions={<Actions snapshot={snapshot} onRestore={() => choose([])} />}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <Now snapshot={snapshot} />
        {measured && <Figures snapshot={snapshot} />}
        {measured && (
          <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
            <Group title="From the tree to the store">
              <Sizes snapshot={snapshot} />
            </Group>
            <Group
              title="Seconds of each stage"
              aside={snapshot.seconds !== null && <Whole seconds={snapshot.seconds} />}
            >
              <Stages stages={snapshot.stages} />
            </Group>
          </div>
        )}
        {restoring && restores}
        {isRestic(snapshot) && snapshot.repository && (
          <Group title="In your restic repository">
            <Outside snapshot={snapshot} repository={snapshot.repository} />
          </Group>
        )}
        {snapshot.state === "complete" && !isRestic(snapshot) && (
          <Group title="Files">
            <Files snapshot={snapshot} onRestore={choose} />
          </Group>
        )}
        {measured && !restoring && restores}
      </div>
      <RestoreDialog snapshot={paths && snapshot} paths={paths ?? []} onClose={() => choose(null)} />
    </Page>
  );
}

function Whole({ seconds }: { seconds: number }) {
  return <span className="figures text-ink-2">{duration(seconds)} from begin to end</span>;
}

function Subtitle({ snapshot }: { snapshot: SnapshotDetail }) {
  const { root, host, tags } = snapshot;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <StateWord snapshot={snapshot} />
      <Time at={snapshot.created_at} />
      {root && <code className="text-xs [overflow-wrap:anywhere]">{root}</code>}
      {host && <span className="text-ink-3">on {host}</span>}
      {tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      <span className="inline-flex items-center text-ink-3">
        <Id value={snapshot.id} what="snapshot id" />
      </span>
    </span>
  );
}

interface ActionsProps {
  snapshot: SnapshotDetail;
  onRestore: () => void;
}

function Actions({ snapshot, onRestore }: ActionsProps) {
  const writes = useAllowed("snapshots:write");
  const { cancel, undelete, busy } = useSnapshotActions();
  const [doomed, doom] = useState<SnapshotDetail | null>(null);
  const navigate = useNavigate();
  if (snapshot.state === "deleted")
    return snapshot.undo_until ? (
      <Button icon={Undo2} busy={busy} disabled={!writes} onClick={() => void undelete(snapshot)}>
        Take it back
      </Button>
    ) : null;
  if (isOpen(snapshot))
    return (
      <Button
        icon={Square}
        busy={busy}
        disabled={!writes || snapshot.cancel_requested || snapshot.state === "verifying"}
        onClick={() => void cancel(snapshot)}
      >
        {snapshot.cancel_requested ? "Asked to stop" : "Cancel"}
      </Button>
    );
  return (
    <>
      {snapshot.parent_id && snapshot.encrypted === false && (
        <Button
          icon={GitCompareArrows}
          onClick={() => void navigate(diffPath(snapshot.parent_id ?? "", snapshot.id))}
        >
          Compare
        </Button>
      )}
      <Button icon={Trash2} disabled={!writes} onClick={() => doom(snapshot)}>
        Delete
      </Button>
      {snapshot.state === "complete" && !isRestic(snapshot) && (
        <Button weight="primary" icon={RotateCcw} disabled={!writes} onClick={onRestore}>
          Restore
        </Button>
      )}
      <DeleteSnapshot snapshot={doomed} onClose={() => doom(null)} />
    </>
  );
}

/** What happens with it at this moment, or why it is not as one would wish. */
function Now({ snapshot }: { snapshot: SnapshotDetail }) {
  if (snapshot.state === "complete") return snapshot.unread > 0 ? <Unread snapshot={snapshot} /> : null;
  if (snapshot.state !== "deleted")
    return (
      <div className="max-w-3xl rounded">
        <Became snapshot={snapshot} />
        {snapshot.state === "queued" && (
          <p className="mt-2 text-ink-3">
            Its command was shown once, when it was asked for. If it is lost, cancel this one and take
            another.
          </p>
        )}
      </div>
    );
  return (
    <Alert tone="warning" title="This snapshot is deleted">
      {snapshot.undo_until ? (
        <p>
          It can be taken back until the pruning that begins <Time at={snapshot.undo_until} />.
        </p>
      ) : (
        <p>It is too late to have it back.</p>
      )}
    </Alert>
  );
}

function Unread({ snapshot: { unread, unread_names: names } }: { snapshot: SnapshotDetail }) {
  return (
    <Alert tone="warning" title={`${count(unread)} ${unread === 1 ? "file" : "files"} could not be read`}>
      <p>They lack in this snapshot. Mend their permissions, or list them in a .dumontignore file.</p>
      <p className="[overflow-wrap:anywhere]">
        <code className="text-xs">{names.join(", ")}</code>
        {unread > names.length && ` and ${count(unread - names.length)} more`}
      </p>
    </Alert>
  );
}

/** Its keys are its owner's: what can be done with it is said, and by which words. */
function Outside({ snapshot, repository }: { snapshot: SnapshotDetail; repository: string }) {
  const where = repository.replace(/^restic:/, "");
  return (
    <div className="grid max-w-3xl gap-3">
      <p className="text-ink-2">
        The server has read it there and found every chunk of it in its place. Only restic looks into it; its
        instance wakes from it. Keeping and pruning are yours: deleting it here takes it out of this list
        alone.
      </p>
      {snapshot.manifest && (
        <CodeBlock code={`restic -r ${where} ls ${snapshot.manifest.slice(0, 8)}`} what="command" prompt />
      )}
    </div>
  );
}

function Figures({ snapshot }: { snapshot: SnapshotDetail }) {
  const { files, bytes, new_bytes: added, unique_bytes: unique } = snapshot;
  return (
    <Bigs>
      <Big name="Files" note={snapshot.encrypted ? "encrypted" : "in the tree"}>
        {files === null ? <None /> : count(files)}
      </Big>
      <Big name="Size" note="of the tree">
        <Size bytes={bytes} />
      </Big>
      <Big name="New" note="had to be stored for it">
        <Size bytes={added} />
      </Big>
      <Big name="Dedup" note="within the tree">
        <Ratio of={snapshot.dedup_ratio} />
      </Big>
      <Big name="Compression" note="of its chunks">
        <Ratio of={snapshot.compression_ratio} />
      </Big>
      <Big
        name="Cost"
        note={
          isRestic(snapshot)
            ? "yours to pay"
            : unique === null
              ? "not measured yet"
              : `of ${size(unique)} that it alone needs`
        }
      >
        <MonthCost of={snapshot.cost_month} bytes={unique} />
      </Big>
    </Bigs>
  );
}
