/** The last thirty days of a machine: how much of its rented time it answered, and which rentals it ended. */
import { CalendarRange } from "lucide-react";
import { useMemo } from "react";
import type { MachineDay } from "../lib/api/generated";
import { DaysChart } from "./DaysChart";
import { EmptyState } from "./states";

export function ThirtyDays({ days }: { days: readonly MachineDay[] }) {
  const drawn = useMemo(
    () => days.map(({ day, uptime_percentage: line, interruptions: bar }) => ({ day, line, bar })),
    [days],
  );
  if (drawn.every(({ line, bar }) => line === null && bar === null))
    return (
      <div className="rounded border border-line">
        <EmptyState icon={CalendarRange} title="Not rented in the last 30 days">
          <p>Nobody saw it run, so there is nothing to draw. What was tried stands with its attempts.</p>
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
