/** Putting a machine on the blacklist with a reason, and taking it off with another. */
import { useEffect, useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { SelectField } from "../../components/Select";
import { Checkbox } from "../../components/toggles";
import type { BlacklistEntry } from "../../lib/api/generated";
import { providerNames, providerTitle } from "../../lib/providerNames";
import { useAllowed } from "../../lib/session/me";
import { toast } from "../../lib/toasts";
import { historyApi, type MachineName } from "./api";
import { machineOf } from "./words";

interface AddProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The machine, where it is known already. */
  machine?: MachineName | undefined;
}

export function AddToBlacklist({ open, onOpenChange, machine }: AddProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keep away from a machine"
      description="It is left out of your searches, and no race, wake or failover chooses it."
    >
      {open && <AddForm machine={machine} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

type HandKind = "manual" | "temporary";

function AddForm({ machine, onDone }: { machine: MachineName | undefined; onDone: () => void }) {
  const [provider, setProvider] = useState(machine?.provider || "vast");
  const [typed, type] = useState(machine?.machineId ?? "");
  const [reason, setReason] = useState("");
  const [kind, setKind] = useState<HandKind>("manual");
  const [everyone, setEveryone] = useState(false);
  const manages = useAllowed("machines:manage");
  const [add] = historyApi.useAddToBlacklistMutation();
  const { problem, busy, submit } = useFormRequest();
  const named = machineOf(provider, typed);
  const all = kind === "temporary" || everyone;
  const send = async () => {
    const body = {
      provider: named.provider,
      machine_id: named.machineId,
      reason: reason.trim(),
      blacklist_type: kind,
      for_everyone: all,
    };
    const done = await submit(() => add({ body }).unwrap());
    if (!done) return;
    toast({ title: `${named.provider}:${named.machineId} is on the blacklist` });
    onDone();
  };
  return (
    <Form
      fields={["provider", "machine_id", "reason", "blacklist_type", "for_everyone"]}
      problem={problem}
      onSubmit={() => void send()}
      label="Keep away from a machine"
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Provider"
          name="provider"
          value={named.provider}
          options={providerNames.map((value) => ({ value, label: providerTitle(value) }))}
          onChange={(next) => {
            setProvider(next);
            type(named.machineId);
          }}
        />
        <TextField
          label="Machine"
          name="machine_id"
          value={typed}
          placeholder="12345, or vast:12345"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => type(event.target.value)}
        />
      </div>
      <TextField
        label="Reason"
        name="reason"
        value={reason}
        maxLength={500}
        placeholder="What is wrong with it"
        onChange={(event) => setReason(event.target.value)}
      />
      {manages && (
        <>
          <SelectField
            label="Type"
            name="blacklist_type"
            value={kind}
            options={[
              { value: "manual", label: "Manual", detail: "until it is taken off" },
              { value: "temporary", label: "Temporary", detail: "24 hours, for everyone" },
            ]}
            onChange={setKind}
          />
          <Checkbox
            label="For everyone"
            hint="Otherwise only your own account keeps away from it."
            checked={all}
            disabled={kind === "temporary"}
            onChange={setEveryone}
          />
        </>
      )}
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!named.machineId || !reason.trim()}>
          Add to blacklist
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </FormActions>
      <CliHint
        command={`dumont history blacklist add ${named.provider}:${named.machineId || "12345"} --reason "${reason || "..."}"`}
      />
    </Form>
  );
}

interface RemoveProps {
  entry: BlacklistEntry | null;
  onClose: () => void;
}

export function RemoveFromBlacklist({ entry, onClose }: RemoveProps) {
  // What closes still shows what it was about.
  const [shown, show] = useState(entry);
  useEffect(() => {
    if (entry) show(entry);
  }, [entry]);
  return (
    <Dialog
      open={entry !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Take ${shown?.key ?? "it"} off the blacklist`}
    >
      {shown && <RemoveForm key={shown.id} entry={shown} onDone={onClose} />}
    </Dialog>
  );
}

function RemoveForm({ entry, onDone }: { entry: BlacklistEntry; onDone: () => void }) {
  const [why, setWhy] = useState("");
  const [remove] = historyApi.useRemoveFromBlacklistMutation();
  const [add] = historyApi.useAddToBlacklistMutation();
  const { problem, busy, submit } = useFormRequest();
  const { provider, machine_id: machineId, for_everyone: forEveryone } = entry;
  const putBack = () =>
    void add({
      body: {
        provider,
        machine_id: machineId,
        reason: entry.reason,
        blacklist_type: "manual",
        for_everyone: forEveryone,
      },
    });
  const send = async () => {
    const done = await submit(() => remove({ provider, machineId, why: why.trim(), forEveryone }).unwrap());
    if (!done) return;
    const undo = entry.blacklist_type === "manual" ? { action: { label: "Undo", run: putBack } } : {};
    toast({ title: `${entry.key} is off the blacklist`, ...undo });
    onDone();
  };
  return (
    <Form fields={["why"]} problem={problem} onSubmit={() => void send()} label="Take it off the blacklist">
      <p className="text-ink-2">
        {forEveryone
          ? "From then on everybody finds it again, and a race may choose it; the next failures count anew."
          : "From then on your searches show it again, and a race may choose it."}{" "}
        The entry stays in the history, with your name and reason.
      </p>
      <Alert tone="info" title="It is there because">
        <p>{entry.reason}</p>
      </Alert>
      <TextField
        label="Why"
        name="why"
        optional
        maxLength={500}
        value={why}
        placeholder="The owner changed the disk"
        onChange={(event) => setWhy(event.target.value)}
      />
      <FormActions>
        <Button type="submit" weight="danger" busy={busy}>
          Take it off
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
