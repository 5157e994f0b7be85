/** Jobs in a table, the newest first. */
import { Eye, ListChecks, RotateCcw, Search, Square } from "lucide-react";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { Bar } from "../../components/Progress";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useAllowed } from "../../lib/session/me";
import { duration } from "../../lib/time";
import { type Job, jobLists } from "./api";
import { canCancel, canRetry, runSeconds, stateWords } from "./rules";
import { useJobActions } from "./useJobActions";

const columns: Column<Job>[] = [
  {
    id: "name",
    title: "Job",
    cell: (job) => <span className="font-medium">{job.name}</span>,
    fixed: true,
    width: 224,
  },
  { id: "state", title: "State", cell: (job) => <StateBadge state={job.state} />, width: 124, card: "aside" },
  { id: "progress", title: "Progress", cell: (job) => <ProgressCell job={job} /> },
  {
    id: "key",
    roomy: true,
    title: "Key",
    cell: (job) => <code className="text-xs text-ink-3">{job.key ?? "—"}</code>,
    width: 140,
  },
  {
    id: "attempt",
    roomy: true,
    title: "Attempt",
    cell: (job) => `${job.attempt} of ${job.attempts_max}`,
    align: "right",
    width: 88,
  },
  { id: "took", title: "Took", cell: (job) => durationOf(job), align: "right", width: 92 },
  { id: "made", title: "Made", cell: (job) => <Time at={job.created_at} />, align: "right", width: 104 },
];

const choices: FilterChoice[] = [
  {
    key: "state",
    title: "State",
    options: Object.entries(stateWords).map(([value, label]) => ({ value, label })),
  },
  { key: "name", title: "Name", placeholder: "name of the job" },
  { key: "key", title: "Key", placeholder: "exact key" },
];

export function JobTable({ onOpen }: { onOpen: (job: Job) => void }) {
  const { values } = useFilters(["state", "name", "key"]);
  const answer = jobLists.useJobPagesInfiniteQuery(values);
  const filtered = Object.values(values).some(Boolean);
  return (
    <Asked of={answer} loading={<SkeletonRows rows={12} what="jobs" />}>
      {(data) => (
        <DataTable
          id="jobs"
          label="Jobs"
          columns={columns}
          rows={rowsOf(data)}
          rowKey={(job) => job.id}
          rowName={(job) => `${job.name} ${job.id.slice(-8)}`}
          fingerprint={(job) => `${job.state}${job.attempt}`}
          onOpen={onOpen}
          hotkeys
          more={moreOf(answer)}
          toolbar={<FilterBar choices={choices} />}
          actions={(job) => <JobMenu job={job} onOpen={onOpen} />}
          empty={filtered ? nothingFits : nothingYet}
        />
      )}
    </Asked>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No job fits">
    <p>Take a filter away to see more.</p>
  </EmptyState>
);
const nothingYet = (
  <EmptyState icon={ListChecks} title="Nothing has run yet">
    <p>
      Jobs appear here as soon as something is put in the queue. Under Schedules one can be started by hand.
    </p>
  </EmptyState>
);

function durationOf(job: Job): string {
  const seconds = runSeconds(job);
  return seconds === null ? "—" : duration(seconds);
}

function ProgressCell({ job }: { job: Job }) {
  if (job.state === "failed" && job.error) return <span className="text-danger">{job.error.message}</span>;
  if (job.state !== "running" || !job.progress) return <span className="text-ink-3">—</span>;
  const percent = job.progress.percent ?? null;
  return (
    <span className="flex items-center gap-3">
      <span className="w-24 shrink-0">
        <Bar label={`Progress of ${job.name}`} percent={percent} />
      </span>
      <span className="figures truncate text-xs text-ink-3">
        {percent !== null && `${Math.floor(percent)}% `}
        {job.progress.stage}
      </span>
    </span>
  );
}

function JobMenu({ job, onOpen }: { job: Job; onOpen: (job: Job) => void }) {
  const manages = useAllowed("jobs:manage");
  const { cancel, retry } = useJobActions();
  return (
    <>
      <MenuItem icon={Eye} onSelect={() => onOpen(job)}>
        Open
      </MenuItem>
      <MenuItem icon={RotateCcw} disabled={!manages || !canRetry(job)} onSelect={() => void retry(job)}>
        Run again
      </MenuItem>
      <MenuItem icon={Square} danger disabled={!manages || !canCancel(job)} onSelect={() => void cancel(job)}>
        Cancel
      </MenuItem>
    </>
  );
}
