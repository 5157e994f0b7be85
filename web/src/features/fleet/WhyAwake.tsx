/** Why it is awake: each signal with its value, its limit and how long it has been quiet, and what follows. */
import { Activity, Moon } from "lucide-react";
import { Asked } from "../../components/Asked";
import { SkeletonLines } from "../../components/Skeleton";
import type { WhyAwake as Told } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { duration } from "../../lib/time";
import { fleetApi } from "./api";

const names: Record<string, string> = {
  gpu: "GPU",
  cpu: "Processors",
  sessions: "Logins",
  notebooks: "Notebooks",
  process: "Named processes",
  processes: "Named processes",
  network: "Network",
};

/** Asked again with the heartbeats. */
const EVERY_MS = 10_000;

export function WhyAwake({ instanceId }: { instanceId: string }) {
  const answer = fleetApi.useShowWhyAwakeQuery({ instanceId }, { pollingInterval: EVERY_MS });
  return (
    <Asked of={answer} loading={<SkeletonLines what="why it is awake" lines={4} />}>
      {(told) => <Signals told={told} />}
    </Asked>
  );
}

function Signals({ told }: { told: Told }) {
  const shown = told.signals.filter((signal) => signal.looked_at);
  return (
    <section aria-label="Why it is awake" className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <p className="font-medium">{told.summary}</p>
      <ul className="grid grid-cols-[minmax(0,1fr)] border-t border-line">
        {shown.map((signal) => (
          <li
            key={signal.signal}
            className="grid grid-cols-[20px_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line py-1.5"
          >
            {signal.busy ? (
              <Activity aria-label="busy" className="size-4 text-accent-ink" />
            ) : (
              <Moon aria-label="quiet" className="size-4 text-ink-3" />
            )}
            <span className={cx(!signal.busy && "text-ink-2")}>{names[signal.signal] ?? signal.signal}</span>
            <span className="figures text-right">
              {signal.value === null ? "not known" : `${round(signal.value)} ${signal.unit}`}
              <span className="block text-xs text-ink-3">
                {signal.busy
                  ? signal.threshold === null
                    ? "busy"
                    : `busy above ${round(signal.threshold)}`
                  : signal.seconds === null
                    ? "quiet"
                    : `quiet for ${duration(signal.seconds, 1)}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const round = (value: number) => (value >= 10 ? Math.round(value) : Math.round(value * 10) / 10);
