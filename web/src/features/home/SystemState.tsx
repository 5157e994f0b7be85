/** For those who operate the system: is it connected, does anybody work, what happened last. */
import { ListChecks } from "lucide-react";
import { Link } from "react-router";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { Time } from "../../components/figures";
import { Group } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import { useRenewing } from "../../lib/live/renewing";
import { homeApi } from "./api";
import { Figure } from "./Figure";

export function SystemState() {
  useRenewing("jobs");
  return (
    <Group title="The system">
      <Figures />
      <RecentJobs />
    </Group>
  );
}

function Figures() {
  const { data: workers } = homeApi.useListWorkersQuery(undefined, {
    pollingInterval: 15_000,
    skipPollingIfUnfocused: true,
  });
  const { data: failed } = homeApi.useListJobsQuery({ state: "failed", limit: 50 });
  const { data: system } = homeApi.useShowSystemQuery();
  const running = workers?.items.reduce((sum, worker) => sum + worker.running, 0);
  const none = workers?.items.length === 0;
  const failures = failed?.items.length;
  return (
    <dl className="grid grid-cols-2 divide-line rounded border border-line sm:grid-cols-4 sm:divide-x">
      <Figure
        name="Workers"
        to="/admin/workers"
        value={workers?.items.length}
        note={none ? "none runs: jobs wait" : undefined}
        bad={none}
      />
      <Figure
        name="Running now"
        to="/jobs?state=running"
        value={running}
        note={running === 0 ? "nothing to do" : undefined}
      />
      <Figure
        name="Failed jobs"
        to="/jobs?state=failed"
        value={failures === 50 ? "50+" : failures}
        note={failures ? "wait for a hand" : failures === 0 ? "none" : undefined}
        bad={Boolean(failures)}
      />
      <Figure name="Version" to="/admin/settings" value={system?.version} />
    </dl>
  );
}

function RecentJobs() {
  const answer = homeApi.useListJobsQuery({ limit: 8 });
  return (
    <Asked of={answer} loading={<SkeletonRows rows={6} what="recent jobs" />}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="rounded border border-line">
            <EmptyState icon={ListChecks} title="Nothing has run yet">
              <p>Background work appears here as it happens.</p>
            </EmptyState>
          </div>
        ) : (
          <div className="rounded border border-line">
            <ul className="divide-y divide-line">
              {items.map((job) => (
                <li key={job.id} className="relative flex items-center gap-3 px-4 py-1.5 hover:bg-hover">
                  <span className="w-28 shrink-0">
                    <StateBadge state={job.state} />
                  </span>
                  <Link
                    to={`/jobs/${job.id}`}
                    className="min-w-0 flex-1 truncate after:absolute after:inset-0"
                  >
                    {job.name}
                  </Link>
                  <span className="relative text-xs text-ink-3">
                    <Time at={job.created_at} />
                  </span>
                </li>
              ))}
            </ul>
            <Link
              to="/jobs"
              className="block border-t border-line px-4 py-2 text-xs text-ink-2 hover:bg-hover hover:text-ink"
            >
              All jobs
            </Link>
          </div>
        )
      }
    </Asked>
  );
}
