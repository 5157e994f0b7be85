/** What runs by the clock: when next, how it went last, and running it now. */
import { CalendarClock, Play } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { type Column, DataTable } from "../../components/DataTable";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { ScheduleRow } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { toast } from "../../lib/toasts";
import { jobsApi } from "./api";
import { cronWords } from "./cron";

const shown: Column<ScheduleRow>[] = [
  {
    id: "name",
    title: "Schedule",
    cell: (row) => <span className="font-medium">{row.name}</span>,
    sortBy: (row) => row.name,
    fixed: true,
    width: 300,
  },
  { id: "cron", title: "When (UTC)", cell: (row) => <Cron cron={row.cron} /> },
  {
    id: "next",
    title: "Next",
    cell: (row) => <Time at={row.next_at} />,
    sortBy: (row) => row.next_at,
    align: "right",
    width: 112,
  },
  { id: "last", title: "Last time", cell: (row) => <Last row={row} />, width: 140 },
];

function runColumn(onRun: (row: ScheduleRow) => void): Column<ScheduleRow> {
  return {
    id: "run",
    title: "By hand",
    cell: (row) => <RunButton name={row.name} onRun={() => onRun(row)} />,
    width: 116,
    card: "aside",
  };
}

export function Schedules() {
  const answer = jobsApi.useListSchedulesQuery();
  const manages = useAllowed("jobs:manage");
  const [asked, ask] = useState<ScheduleRow | null>(null);
  const [run] = jobsApi.useRunScheduleMutation();
  const columns = manages ? [...shown, runColumn(ask)] : shown;
  const act = async () => {
    if (!asked) return;
    const job = await run({ name: asked.name }).unwrap();
    toast({ title: `${asked.name} is in the queue`, detail: `Job …${job.id.slice(-8)}` });
  };
  return (
    <>
      <Asked of={answer} loading={<SkeletonRows rows={6} what="schedules" />}>
        {({ items }) => (
          <DataTable
            id="schedules"
            label="Schedules"
            columns={columns}
            rows={items}
            rowKey={(row) => row.name}
            rowName={(row) => row.name}
            hotkeys
            empty={
              <EmptyState icon={CalendarClock} title="Nothing runs by the clock">
                <p>Schedules come with the areas that need them.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={() => ask(null)}
        title={`Run ${asked?.name ?? ""} now?`}
        consequence="Puts one job in the queue, once more than the clock says. The schedule itself stays as it is."
        verb="Run now"
        harmless
        act={act}
      />
    </>
  );
}

function Cron({ cron }: { cron: string }) {
  return (
    <span className="inline-flex items-baseline gap-3">
      <span>{cronWords(cron)}</span>
      <code className="text-xs text-ink-3">{cron}</code>
    </span>
  );
}

function Last({ row }: { row: ScheduleRow }) {
  if (!row.last_job_id || !row.last_state) return <span className="text-ink-3">not yet</span>;
  return (
    <Link
      to={`/jobs/${row.last_job_id}?view=schedules`}
      aria-label={`Last job of ${row.name}: ${row.last_state}`}
    >
      <StateBadge state={row.last_state} />
    </Link>
  );
}

function RunButton({ name, onRun }: { name: string; onRun: () => void }) {
  return (
    <Button size="sm" icon={Play} onClick={onRun} className="h-6">
      Run<span className="sr-only"> {name} now</span>
    </Button>
  );
}
