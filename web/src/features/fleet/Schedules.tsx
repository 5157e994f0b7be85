/** When an instance wakes and sleeps by the clock, with a line to add another time. */
import { Moon, Plus, Sunrise, Trash2 } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Button, IconButton } from "../../components/Button";
import { Time } from "../../components/figures";
import { SkeletonLines } from "../../components/Skeleton";
import type { InstanceDetail, InstanceSchedule } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { toast, toastProblem } from "../../lib/toasts";
import { AddSchedule } from "./AddSchedule";
import { fleetApi } from "./api";
import { whenWords } from "./schedule";

export function Schedules({ instance }: { instance: Pick<InstanceDetail, "id"> }) {
  const writes = useAllowed("fleet:write");
  const answer = fleetApi.useListInstanceSchedulesQuery({ instanceId: instance.id });
  const [adding, add] = useState(false);
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
      <Asked of={answer} loading={<SkeletonLines what="its times" lines={1} />}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className="grid grid-cols-[minmax(0,1fr)] border-t border-line">
              {items.map((schedule) => (
                <Line key={schedule.id} instanceId={instance.id} schedule={schedule} writes={writes} />
              ))}
            </ul>
          ) : (
            !adding && <p className="text-xs text-ink-3">It neither wakes nor sleeps at a set time.</p>
          )
        }
      </Asked>
      {adding && <AddSchedule instanceId={instance.id} onDone={() => add(false)} />}
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
