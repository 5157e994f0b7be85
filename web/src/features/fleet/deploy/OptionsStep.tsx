/** How the machine is to be: a name, a key to get in, a disk; and what runs on it. */
import type { ComponentProps } from "react";
import { controlLooks, Field, TextField } from "../../../components/fields";
import { Switch } from "../../../components/toggles";
import { cx } from "../../../lib/classes";
import { fleetApi } from "../api";
import { Whose } from "../Whose";
import { ResticFields, resticFields } from "./ResticFields";
import type { Options } from "./wish";

export const fields = [
  "team_id",
  "name",
  "ssh_keys",
  "disk_gb",
  "image",
  "ports",
  "onstart",
  "run",
  "env",
  "race.machines",
  ...resticFields,
];

interface Props {
  options: Options;
  /** What lasts until a deadline has no second machine, unless one is asked for. */
  due: boolean;
  onChange: (change: Partial<Options>) => void;
}

export function OptionsStep({ options, due, onChange }: Props) {
  const { data } = fleetApi.useShowStandbysQuery(options.team ? { teamId: options.team } : {});
  const usual = data?.usual.enabled === true && !due;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <Whose
        name="team_id"
        hint="Its budget counts, and its standby is the usual one."
        teamId={options.team}
        onChange={(team) => onChange({ team })}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          optional
          value={options.name}
          placeholder="one is made up"
          hint="For ssh. Small letters, digits and hyphens."
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label="Disk, GB"
          name="disk_gb"
          inputMode="numeric"
          value={options.disk}
          onChange={(event) => onChange({ disk: event.target.value })}
        />
      </div>
      <TextArea
        label="SSH keys"
        name="ssh_keys"
        rows={2}
        value={options.keys}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        hint="Public keys, one a line: without one nobody can log in. This browser remembers them."
        onChange={(event) => onChange({ keys: event.target.value })}
      />
      <Switch
        label="Sleeps when idle"
        hint="After 3 minutes without use it saves its work and gives the machine up; a wake brings everything back."
        checked={options.sleeps}
        onChange={(sleeps) => onChange({ sleeps })}
      />
      <Switch
        label="Second machine"
        hint="It holds a copy of the workspace: when the first is lost, your files are there in seconds. The cost is told before you start."
        checked={options.standby ?? usual}
        onChange={(standby) => onChange({ standby })}
      />
      <details className="group">
        <summary className="w-fit cursor-pointer rounded font-medium text-ink-2 hover:text-ink">
          Image, ports, script, environment
        </summary>
        <div className="mt-4 grid gap-4">
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField
              label="Image"
              name="image"
              optional
              value={options.image}
              placeholder="the house's own"
              spellCheck={false}
              onChange={(event) => onChange({ image: event.target.value })}
            />
            <TextField
              label="Ports besides 22"
              name="ports"
              optional
              value={options.ports}
              placeholder="8888, 6006"
              onChange={(event) => onChange({ ports: event.target.value })}
            />
            <TextField
              label="Machines that race"
              name="race.machines"
              optional
              inputMode="numeric"
              value={options.machines}
              placeholder="5 at a time"
              onChange={(event) => onChange({ machines: event.target.value })}
            />
          </div>
          <TextArea
            label="Start script"
            name="onstart"
            optional
            rows={3}
            value={options.onstart}
            hint="Run after each start, with the workspace in place."
            onChange={(event) => onChange({ onstart: event.target.value })}
          />
          <TextArea
            label="Run"
            name="run"
            optional
            rows={2}
            value={options.run}
            placeholder="python train.py"
            hint="Behind the start script, after each start. The instance's page tells how it ends; a webhook can, too."
            onChange={(event) => onChange({ run: event.target.value })}
          />
          <TextArea
            label="Environment"
            name="env"
            optional
            rows={3}
            value={options.env}
            placeholder={"HF_HOME=/workspace/hf"}
            hint="One a line. Kept sealed, and not shown again."
            onChange={(event) => onChange({ env: event.target.value })}
          />
        </div>
      </details>
      <ResticFields
        restic={options.restic}
        onChange={(change) => onChange({ restic: { ...options.restic, ...change } })}
      />
    </div>
  );
}

type AreaProps = Omit<ComponentProps<"textarea">, "id"> & {
  label: string;
  name: string;
  hint?: string;
  optional?: boolean;
};

function TextArea({ label, name, hint, optional, className, ...area }: AreaProps) {
  return (
    <Field label={label} name={name} hint={hint} optional={optional}>
      {(wiring) => (
        <textarea
          name={name}
          spellCheck={false}
          {...area}
          {...wiring}
          className={cx(controlLooks, "h-auto w-full py-1.5 font-mono text-xs leading-5", className)}
        />
      )}
    </Field>
  );
}
