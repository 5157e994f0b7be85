/** The last thirty days of a machine: how much of its rented time it answered, and which rentals it ended. */
import { CalendarRange } from "lucide-react";
import { useMemo } from "react";
import { Asked } from "../../components/Asked";
import { Skeleton } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { MachineDay } from "../../lib/api/generated";
import { machinesApi } from "../../lib/machines/api";
import { DaysChart } from "./DaysChart";

export function ThirtyDays({ machineKey }: { machineKey: string }) {
  const answer = machinesApi.useGetReliabilityHistoryQuery({ machineId: machineKey });
  return (
    <section aria-label="The last 30 days" className="min-w-0">
      <Asked of={answer} loading={<Skeleton className="h-65" />}>
        {({ days }) => <Drawn days={days} />}
      </Asked>
    </section>
  );
}

function Drawn({ days }: { days: MachineDay[] }) {
  const drawn = useMemo(
    () =>
      days.map(({ day, uptime_percentage: line, interruptions: bar }) => ({
        day,
        line,
        bar,
      })),
    [days],
  );
  if (drawn.every(({ line, bar }) => line === null && bar === null))
    return (
      <div className="rounded border border-line">
        <EmptyState icon={CalendarRange} title="Not rented in the last 30 days">
          <p>Nobody saw it run, so there is nothing to draw. Its attempts are below.</p>
        </EmptyState>
      </div>
    );
  return (
    <DaysChart
      label="The last 30 days"
      line={{ name: "Uptime", none: "not observed" }}
      bar={{ name: "Interruptions", tone: "danger" }}
      days={drawn}
    />
  );
}
