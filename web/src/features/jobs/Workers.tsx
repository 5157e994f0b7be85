/** The processes that do the jobs. */
import { ServerOff } from "lucide-react";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { CliHint, CodeBlock } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { Time } from "../../components/figures";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { WorkerRow } from "../../lib/api/generated";
import { jobsApi } from "./api";
import { useLiveJobs } from "./live";

/** Workers give a sign of life by themselves, without an event; so they are asked for. */
const EVERY_MS = 5000;
const SILENT_MS = 30_000;

const columns: Column<WorkerRow>[] = [
  {
    id: "host",
    title: "Machine",
    cell: (worker) => <span className="font-medium">{worker.host}</span>,
    sortBy: (worker) => worker.host,
    fixed: true,
  },
  {
    id: "state",
    title: "State",
    cell: (worker) => <StateBadge state={isSilent(worker) ? "silent" : "active"} />,
    width: 112,
    card: "aside",
  },
  {
    id: "running",
    title: "Jobs now",
    cell: (worker) => worker.running,
    sortBy: (worker) => worker.running,
    align: "right",
    width: 96,
  },
  { id: "pid", title: "Process", cell: (worker) => worker.pid, align: "right", width: 96 },
  {
    id: "seen",
    title: "Seen",
    cell: (worker) => <Time at={worker.seen_at} />,
    sortBy: (worker) => worker.seen_at,
    align: "right",
    width: 112,
  },
  {
    id: "started",
    title: "Up since",
    cell: (worker) => <Time at={worker.started_at} />,
    sortBy: (worker) => worker.started_at,
    align: "right",
    width: 112,
  },
  {
    id: "id",
    roomy: true,
    title: "Id",
    cell: (worker) => <code className="text-xs text-ink-3">{worker.id}</code>,
    width: 288,
  },
];

function isSilent(worker: WorkerRow): boolean {
  return Date.now() - Date.parse(worker.seen_at) > SILENT_MS;
}

export function Workers() {
  const answer = jobsApi.useListWorkersQuery(undefined, {
    pollingInterval: EVERY_MS,
    skipPollingIfUnfocused: true,
  });
  useLiveJobs();
  return (
    <Page
      wide
      title="Workers"
      description="Processes that do the jobs. When one dies, another takes its jobs over."
    >
      <Asked of={answer} loading={<SkeletonRows rows={3} what="workers" />}>
        {({ items }) => (
          <DataTable
            id="workers"
            label="Workers"
            columns={columns}
            rows={items}
            rowKey={(worker) => worker.id}
            rowName={(worker) => worker.host}
            fingerprint={(worker) => String(worker.running)}
            hotkeys
            empty={
              <EmptyState icon={ServerOff} title="No worker gives a sign of life">
                <p>Jobs wait until one runs. Start it beside the server:</p>
                <div className="mt-3 text-left">
                  <CodeBlock code="dumont worker" what="command" prompt />
                </div>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont workers" />
      </div>
    </Page>
  );
}
