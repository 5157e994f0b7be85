/** Changing an instance: its name, when it sleeps, by when its work must be done, the most its next machine may cost. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Switch } from "../../components/toggles";
import type { InstanceDetail } from "../../lib/api/generated";
import { toast } from "../../lib/toasts";
import { fleetApi } from "./api";
import { differing, type Typed, typedOf } from "./change";
import { DeadlineInputs } from "./DeadlineInputs";
import { changeOf, saidOf } from "./deadline";

interface Props {
  instance: InstanceDetail;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function ChangeInstance({ instance, open, onOpenChange }: Props) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Change ${instance.name}`}>
      <Fields instance={instance} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function Fields({ instance, onDone }: { instance: InstanceDetail; onDone: () => void }) {
  const [opened] = useState(() => ({ course: instance.course, typed: typedOf(instance) }));
  const [typed, setTyped] = useState(opened.typed);
  const [hasDeadline, setHasDeadline] = useState(opened.course !== null);
  const [said, setSaid] = useState(() => saidOf(opened.course));
  const type = (change: Partial<Typed>) => setTyped((before) => ({ ...before, ...change }));
  const [changeOne] = fleetApi.useChangeInstanceMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const done = await submit(() =>
      changeOne({
        instanceId: instance.id,
        body: { ...differing(opened.typed, typed), ...changeOf(opened.course, hasDeadline, said) },
      }).unwrap(),
    );
    if (!done) return;
    toast({ title: `${typed.name.trim()} is changed` });
    onDone();
  };
  return (
    <Form
      label="Change the instance"
      fields={[
        "name",
        "hibernation.idle_seconds",
        "hibernation.gpu_percent",
        "deadline",
        "work_hours",
        "max_price_hour",
      ]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <TextField
        label="Name"
        name="name"
        value={typed.name}
        autoComplete="off"
        spellCheck={false}
        hint="For ssh. Small letters, digits and hyphens."
        onChange={(event) => type({ name: event.target.value })}
      />
      <Switch
        label="Sleeps when idle"
        hint="Saves its work, gives the machine up, and comes back under the same name."
        checked={typed.sleeps}
        onChange={(sleeps) => type({ sleeps })}
      />
      {typed.sleeps && (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Idle for, in minutes"
            name="hibernation.idle_seconds"
            inputMode="decimal"
            value={typed.minutes}
            onChange={(event) => type({ minutes: event.target.value })}
          />
          <TextField
            label="GPUs below, in percent"
            name="hibernation.gpu_percent"
            inputMode="decimal"
            value={typed.percent}
            onChange={(event) => type({ percent: event.target.value })}
          />
        </div>
      )}
      <Switch
        label="Has a deadline"
        hint="Its work goes the cheapest way: on spot, waiting for spot, or on demand before it is too late."
        checked={hasDeadline}
        onChange={setHasDeadline}
      />
      {hasDeadline && (
        <DeadlineInputs said={said} onChange={(change) => setSaid((before) => ({ ...before, ...change }))} />
      )}
      <TextField
        label="Most per hour, in dollars"
        name="max_price_hour"
        optional
        inputMode="decimal"
        value={typed.most}
        hint="For its next machine, disk included."
        onChange={(event) => type({ most: event.target.value })}
      />
      <FormActions>
        <Button type="submit" weight="primary" busy={busy}>
          Change
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
