/** Restoring a snapshot, whole or in part: where to, then the command to run there, then how far it is. */
import { useEffect, useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import type { Restore, RestoreStarted, Snapshot } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { plural } from "../../lib/numbers";
import { absolute } from "../../lib/time";
import { snapshotsApi } from "./api";
import { Fault } from "./Fault";
import { useLiveSnapshots } from "./live";
import { RunThis } from "./RunThis";
import { Underway } from "./Underway";

interface Props {
  snapshot: Snapshot | null;
  /** These alone; none is all. */
  paths?: readonly string[];
  onClose: () => void;
}

export function RestoreDialog({ snapshot, paths = [], onClose }: Props) {
  const [started, start] = useState<RestoreStarted | null>(null);
  // What closes still shows what it was about.
  const [shown, show] = useState(snapshot);
  useEffect(() => {
    if (snapshot) show(snapshot);
  }, [snapshot]);
  const close = () => {
    onClose();
    start(null);
  };
  return (
    <Dialog
      open={snapshot !== null}
      onOpenChange={(open) => !open && close()}
      wide
      held={started !== null}
      title={`Restore ${shown?.label ?? "it"}`}
      description={shown && `As it was ${absolute(shown.created_at)}, ${whatWords(shown, paths)}.`}
      footer={started && <Button onClick={close}>Close</Button>}
    >
      {started ? (
        <Started started={started} />
      ) : (
        shown && <WishForm snapshot={shown} paths={paths} onStarted={start} onCancel={close} />
      )}
    </Dialog>
  );
}

function whatWords({ files, bytes }: Snapshot, paths: readonly string[]): string {
  if (paths.length > 0) return `${plural(paths.length, "chosen path")} alone`;
  return files === null || bytes === null ? "whole" : `${plural(files, "file")} with ${size(bytes)}`;
}

interface WishProps {
  snapshot: Snapshot;
  paths: readonly string[];
  onStarted: (started: RestoreStarted) => void;
  onCancel: () => void;
}

function WishForm({ snapshot, paths, onStarted, onCancel }: WishProps) {
  const [target, setTarget] = useState(snapshot.root);
  const [startOne] = snapshotsApi.useStartRestoreMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      const body = { target: target.trim(), paths: [...paths] };
      onStarted(await startOne({ snapshotId: snapshot.id, body }).unwrap());
    });
  return (
    <Form label="Restore" fields={["target", "paths"]} problem={problem} onSubmit={() => void send()}>
      {paths.length > 0 && (
        <ul
          aria-label="Chosen paths"
          className="thin-scroll grid max-h-40 gap-0.5 overflow-y-auto rounded bg-sunken px-3 py-2"
        >
          {paths.map((path) => (
            <li key={path}>
              <code className="text-xs [overflow-wrap:anywhere]">{path}</code>
            </li>
          ))}
        </ul>
      )}
      <TextField
        label="Into the folder"
        name="target"
        value={target}
        autoComplete="off"
        spellCheck={false}
        hint="On the machine that is to have the files. What is there with the right content is not fetched again; other files stay."
        onChange={(event) => setTarget(event.target.value)}
      />
      {snapshot.encrypted && <KeyNeeded />}
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!target.trim()}>
          Make the command
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </FormActions>
    </Form>
  );
}

function KeyNeeded() {
  return (
    <Alert tone="info" title="It is encrypted">
      <p>
        The machine needs the passphrase, in <code>DUMONT_SNAPSHOTS_PASSPHRASE</code>. The server has never
        had it.
      </p>
    </Alert>
  );
}

function Started({ started }: { started: RestoreStarted }) {
  const { id, snapshot_id: snapshotId } = started.restore;
  useLiveSnapshots(`snapshot:${snapshotId}`);
  const { data } = snapshotsApi.useGetSnapshotQuery({ snapshotId });
  const now = data?.restores.find((each) => each.id === id) ?? started.restore;
  return (
    <RunThis
      command={started.command}
      bareCommand={started.bare_command}
      expiresAt={started.grant.expires_at}
      waiting={now.state === "queued"}
      where="Run this on the machine that is to have the files:"
    >
      <RestoreBecame restore={now} />
    </RunThis>
  );
}

/** Where it stands, whoever does it. */
export function RestoreBecame({ restore }: { restore: Restore }) {
  const { state, progress, target } = restore;
  if (state === "failed") return <Fault error={restore.error} title="The restore failed" />;
  if (state === "cancelled") return <Fault error={restore.error} title="The restore was stopped" />;
  if (state === "queued" || state === "running")
    return <Underway state={state} progress={progress} label={`Restore into ${target}`} />;
  return (
    <Alert tone="ok" title="The restore is complete">
      <p className="[overflow-wrap:anywhere]">The files are in {target}.</p>
    </Alert>
  );
}
