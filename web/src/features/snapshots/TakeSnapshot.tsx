/** Taking a snapshot: which folder and what it is of, then the command to run on its machine, then how far it is. */
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button, ButtonLink } from "../../components/Button";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { MakingDialog } from "../../components/MakingDialog";
import { SelectField } from "../../components/Select";
import type { Snapshot, SnapshotStarted } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { plural } from "../../lib/numbers";
import { snapshotsApi } from "./api";
import { Fault } from "./Fault";
import { useLiveSnapshots } from "./live";
import type { Owner } from "./owners";
import { RunThis, Waiting } from "./RunThis";
import { Underway } from "./Underway";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  owners: readonly Owner[];
  teamId: string | null;
}

export function TakeSnapshot({ open, onOpenChange, owners, teamId }: Props) {
  return (
    <MakingDialog<SnapshotStarted>
      open={open}
      onOpenChange={onOpenChange}
      title="Take a snapshot"
      description="Of a folder on any machine. What is in the store already is not sent again."
      madeTitle={({ snapshot }) => `Snapshot of ${snapshot.label}`}
      wish={(onStarted, onCancel) => (
        <WishForm owners={owners} teamId={teamId} onStarted={onStarted} onCancel={onCancel} />
      )}
      shown={(started) => <Started started={started} />}
      footer={({ snapshot }, close) => (
        <>
          <ButtonLink to={`/snapshots/${snapshot.id}`}>Open its page</ButtonLink>
          <Button onClick={close}>Close</Button>
        </>
      )}
    />
  );
}

interface WishProps extends Pick<Props, "owners" | "teamId"> {
  onStarted: (started: SnapshotStarted) => void;
  onCancel: () => void;
}

function WishForm({ owners, teamId, onStarted, onCancel }: WishProps) {
  const [path, setPath] = useState("");
  const [label, setLabel] = useState("");
  const [owner, setOwner] = useState(teamId ?? "own");
  const [startOne] = snapshotsApi.useStartSnapshotMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      const body = {
        path: path.trim(),
        label: label.trim() || null,
        team_id: owner === "own" ? null : owner,
      };
      onStarted(await startOne({ body }).unwrap());
    });
  return (
    <Form
      label="Take a snapshot"
      fields={["path", "label", "team_id"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <TextField
        label="Folder"
        name="path"
        value={path}
        placeholder="/workspace"
        autoComplete="off"
        spellCheck={false}
        hint="Its whole path, on the machine that has it. Caches are left out, and what .dumontignore names."
        onChange={(event) => setPath(event.target.value)}
      />
      <TextField
        label="What it is of"
        name="label"
        optional
        maxLength={200}
        value={label}
        placeholder="training-box"
        hint="Retention counts by it. Else the folder's name."
        onChange={(event) => setLabel(event.target.value)}
      />
      {owners.length > 1 && (
        <SelectField
          label="Repository"
          name="team_id"
          value={owner}
          options={owners.map((each) => ({ value: each.teamId ?? "own", label: each.name }))}
          onChange={setOwner}
        />
      )}
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!path.trim()}>
          Make the command
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </FormActions>
    </Form>
  );
}

function Started({ started }: { started: SnapshotStarted }) {
  const { id } = started.snapshot;
  useLiveSnapshots(`snapshot:${id}`);
  const { data } = snapshotsApi.useGetSnapshotQuery({ snapshotId: id });
  const now = data ?? started.snapshot;
  return (
    <RunThis
      command={started.command}
      bareCommand={started.bare_command}
      expiresAt={started.grant.expires_at}
      waiting={now.state === "queued"}
      where="Run this on the machine that has the folder:"
    >
      <Became snapshot={now} />
    </RunThis>
  );
}

/** Where it stands, whoever makes it. */
export function Became({ snapshot }: { snapshot: Snapshot }) {
  const { state, progress, label } = snapshot;
  if (state === "failed") return <Fault error={snapshot.error} title="The snapshot failed" />;
  if (state === "verifying")
    return <Waiting>All is sent. Looking whether each pack is in the store with the right size.</Waiting>;
  if (state === "queued" || state === "running")
    return <Underway state={state} progress={progress} label={`Progress of ${label}`} />;
  if (state === "deleted") return null;
  return (
    <Alert tone="ok" title="The snapshot is complete">
      <p className="figures">
        {snapshot.files !== null && plural(snapshot.files, "file")}
        {snapshot.bytes !== null && `, ${size(snapshot.bytes)}`}
        {snapshot.new_bytes !== null && `, of which ${size(snapshot.new_bytes)} had to be stored`}.
      </p>
    </Alert>
  );
}
