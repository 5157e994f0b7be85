/** Another time for an instance: a pattern of days or hours, once, or a cron line; with the next times before it is added. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Form, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { SelectField } from "../../components/Select";
import type { InstanceSchedule } from "../../lib/api/generated";
import { asProblem, headline } from "../../lib/api/problem";
import { cx } from "../../lib/classes";
import { fleetApi } from "./api";
import { momentOf } from "./deadline";
import { cronOf, type Pattern, patterns, rhythms, usual, weekdays } from "./schedule";

const actions = [
  { value: "wake", label: "Wake" },
  { value: "hibernate", label: "Hibernate" },
] as const;

const everyHours = rhythms.map((hours) => ({
  value: String(hours),
  label: hours === 1 ? "Every hour" : `Every ${hours} hours`,
}));

export function AddSchedule({ instanceId, onDone }: { instanceId: string; onDone: () => void }) {
  const [action, setAction] = useState<InstanceSchedule["action"]>("wake");
  const [pattern, setPattern] = useState<Pattern>(usual);
  const [timezone, setTimezone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [add] = fleetApi.useAddInstanceScheduleMutation();
  const { problem, busy, submit } = useFormRequest();
  const cron = cronOf(pattern);
  const at = pattern.kind === "once" ? momentOf(pattern.once) : null;
  const change = (next: Partial<Pattern>) => setPattern({ ...pattern, ...next });
  const send = async () => {
    const body = at ? { action, at, timezone } : { action, cron, timezone };
    if (await submit(() => add({ instanceId, body }).unwrap())) onDone();
  };
  return (
    <Form
      label="Another time"
      fields={["at", "cron", "timezone"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <div className="grid grid-cols-2 items-start gap-3">
        <SelectField label="Do" value={action} options={actions} onChange={setAction} />
        <SelectField
          label="When"
          value={pattern.kind}
          options={patterns}
          onChange={(kind) => change({ kind, cron: cron ?? pattern.cron })}
        />
      </div>
      <Times pattern={pattern} onChange={change} />
      {pattern.kind !== "once" && (
        <TimeZone
          value={timezone}
          onChange={setTimezone}
          note={<NextTimes cron={cron} timezone={timezone} />}
        />
      )}
      <div className="flex gap-2">
        <Button type="submit" size="sm" weight="primary" busy={busy} disabled={cron === null && at === null}>
          Add
        </Button>
        <Button size="sm" weight="ghost" onClick={onDone}>
          Never mind
        </Button>
      </div>
    </Form>
  );
}

interface TimesProps {
  pattern: Pattern;
  onChange: (change: Partial<Pattern>) => void;
}

function Times({ pattern, onChange }: TimesProps) {
  const { kind, time } = pattern;
  if (kind === "cron")
    return (
      <TextField
        label="Cron line"
        name="cron"
        value={pattern.cron}
        placeholder="0 8 * * 1-5"
        spellCheck={false}
        hint="Minute, hour, day, month, weekday."
        onChange={(event) => onChange({ cron: event.target.value })}
      />
    );
  if (kind === "once")
    return (
      <TextField
        label="At"
        name="at"
        type="datetime-local"
        value={pattern.once}
        hint="In the time of this computer."
        onChange={(event) => onChange({ once: event.target.value })}
      />
    );
  return (
    <>
      {kind === "weekdays" && <Weekdays chosen={pattern.days} onChange={(days) => onChange({ days })} />}
      <div className="grid grid-cols-2 items-start gap-3">
        {kind === "hours" && (
          <SelectField
            label="How often"
            value={String(pattern.hours)}
            options={everyHours}
            onChange={(hours) => onChange({ hours: Number(hours) })}
          />
        )}
        {kind === "hours" ? (
          <TextField
            label="Minutes past"
            name="cron"
            inputMode="numeric"
            value={String(Number(time.split(":")[1] ?? 0))}
            onChange={(event) => onChange({ time: `00:${event.target.value.padStart(2, "0").slice(-2)}` })}
          />
        ) : (
          <TextField
            label="At"
            name="cron"
            type="time"
            value={time}
            onChange={(event) => onChange({ time: event.target.value })}
          />
        )}
      </div>
    </>
  );
}

interface WeekdaysProps {
  chosen: readonly number[];
  onChange: (chosen: number[]) => void;
}

function Weekdays({ chosen, onChange }: WeekdaysProps) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">On</legend>
      <div className="flex flex-wrap gap-1">
        {weekdays.map(({ value, label }) => {
          const on = chosen.includes(value);
          return (
            <button
              key={value}
              type="button"
              aria-pressed={on}
              onClick={() => onChange(on ? chosen.filter((each) => each !== value) : [...chosen, value])}
              className={cx(
                "h-8 rounded border px-2 hover:bg-hover",
                on ? "border-accent bg-accent-soft text-accent-ink" : "border-line",
              )}
            >
              {label}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}

interface ZoneProps {
  value: string;
  onChange: (zone: string) => void;
  note: React.ReactNode;
}

function TimeZone({ value, onChange, note }: ZoneProps) {
  return (
    <>
      <TextField
        label="Time zone"
        name="timezone"
        list="time-zones"
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="time-zones">
        {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {note}
    </>
  );
}

/** What the server makes of it, so that nobody has to read a cron line. */
function NextTimes({ cron, timezone }: { cron: string | null; timezone: string }) {
  const { currentData, error } = fleetApi.useListScheduleTimesQuery(
    { cron: cron ?? "", timezone },
    { skip: cron === null || !timezone },
  );
  if (cron === null) return <p className="text-xs text-ink-3">Choose a day and a time.</p>;
  if (error) return <p className="text-xs text-danger">{headline(asProblem(error))}</p>;
  return (
    <div className="text-xs text-ink-3">
      <h4 id="next-times">The next five times</h4>
      <ol aria-labelledby="next-times" className="figures mt-0.5 grid min-h-20 text-ink-2">
        {currentData?.times.map((time) => (
          <li key={time}>
            <time dateTime={time}>{inZone(time, timezone)}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}

function inZone(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
}
