/** When an instance wakes and sleeps by the clock, with a line to add another time. */
import { Moon, Plus, Sunrise, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../components/Button";
import { Form, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Time } from "../../components/figures";
import { SelectField } from "../../components/Select";
import type { InstanceDetail, InstanceSchedule } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { toast, toastProblem } from "../../lib/toasts";
import { fleetApi } from "./api";
import { cronOf, type Days, dayChoices, whenWords } from "./schedule";

const actions = [
  { value: "wake", label: "Wake" },
  { value: "hibernate", label: "Hibernate" },
] as const;

export function Schedules({ instance }: { instance: Pick<InstanceDetail, "id"> }) {
  const writes = useAllowed("fleet:write");
  const { data } = fleetApi.useListInstanceSchedulesQuery({ instanceId: instance.id });
  const [adding, add] = useState(false);
  const shown = data?.items ?? [];
  return (
    <section aria-label="By the clock" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <div className="flex min-h-7 items-center justify-between gap-3">
        <h3 className="font-medium">By the clock</h3>
        {!adding && (
          <Button size="sm" icon={Plus} disabled={!writes} onClick={() => add(true)}>
            Add a time
          </Button>
        )}
      </div>
      {shown.length > 0 && (
        <ul className="grid grid-cols-[minmax(0,1fr)] border-t border-line">
          {shown.map((schedule) => (
            <Line key={schedule.id} instanceId={instance.id} schedule={schedule} writes={writes} />
          ))}
        </ul>
      )}
      {data && shown.length === 0 && !adding && (
        <p className="text-xs text-ink-3">It neither wakes nor sleeps at a set time.</p>
      )}
      {adding && <Another instanceId={instance.id} onDone={() => add(false)} />}
    </section>
  );
}

interface LineProps {
  instanceId: string;
  schedule: InstanceSchedule;
  writes: boolean;
}

function Line({ instanceId, schedule, writes }: LineProps) {
  const [remove, removing] = fleetApi.useRemoveInstanceScheduleMutation();
  const { action, cron, at, timezone, next_at: next, last_outcome: last } = schedule;
  const Icon = action === "wake" ? Sunrise : Moon;
  const verb = action === "wake" ? "Wakes" : "Hibernates";
  const words = cron ? whenWords(cron) : "once";
  const drop = () =>
    remove({ instanceId, scheduleId: schedule.id })
      .unwrap()
      .then(() => toast({ title: "The time is taken away" }))
      .catch(toastProblem);
  return (
    <li className="flex items-center gap-2 border-b border-line py-1.5">
      <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
      <p className="min-w-0 flex-1">
        <span className="figures">
          {verb}: {words}
        </span>
        <span className="block text-xs text-ink-3">
          {cron ? timezone : at && <Time at={at} />}
          {cron && next && (
            <>
              , next <Time at={next} />
            </>
          )}
          {!next && " · over"}
          {last && last !== "done" && ` · last: ${last}`}
        </span>
      </p>
      <IconButton
        label={`Remove: ${verb.toLowerCase()}, ${words}`}
        icon={Trash2}
        size="sm"
        disabled={!writes || removing.isLoading}
        onClick={() => void drop()}
      />
    </li>
  );
}

function Another({ instanceId, onDone }: { instanceId: string; onDone: () => void }) {
  const [action, setAction] = useState<InstanceSchedule["action"]>("wake");
  const [days, setDays] = useState<Days>("1-5");
  const [time, setTime] = useState("08:00");
  const [add] = fleetApi.useAddInstanceScheduleMutation();
  const { problem, busy, submit } = useFormRequest();
  const cron = cronOf(days, time);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const send = async () => {
    const body = { action, cron, timezone: timeZone };
    if (await submit(() => add({ instanceId, body }).unwrap())) onDone();
  };
  return (
    <Form label="Another time" fields={["cron", "timezone"]} problem={problem} onSubmit={() => void send()}>
      <div className="grid grid-cols-2 items-start gap-3">
        <SelectField label="Do" value={action} options={actions} onChange={setAction} />
        <TextField
          label="At"
          name="cron"
          type="time"
          value={time}
          hint={timeZone}
          onChange={(event) => setTime(event.target.value)}
        />
      </div>
      <SelectField label="On" value={days} options={dayChoices} onChange={setDays} />
      <div className="flex gap-2">
        <Button type="submit" size="sm" weight="primary" busy={busy} disabled={cron === null}>
          Add
        </Button>
        <Button size="sm" weight="ghost" onClick={onDone}>
          Never mind
        </Button>
      </div>
    </Form>
  );
}
