/** How all machines stand, as one bar: what share is in which state, each a way to those machines. */
import { Link } from "react-router";
import { ReliabilityLookMark } from "../../components/ReliabilityBadge";
import { reliabilityLooks } from "../../components/reliabilityLooks";
import { Skeleton } from "../../components/Skeleton";
import { cx } from "../../lib/classes";
import type { Status } from "../../lib/machines/standing";
import { count, plural } from "../../lib/numbers";
import { historyApi } from "./api";

const order: readonly Status[] = ["excellent", "good", "fair", "poor", "blacklisted", "unknown"];

const fills: Record<Status, string> = {
  excellent: "bg-ok",
  good: "bg-good",
  fair: "bg-warning",
  poor: "bg-poor",
  blacklisted: "bg-danger",
  unknown: "bg-line-2",
};

export function Standings() {
  const { data } = historyApi.useShowMachineSummaryQuery();
  if (!data) return <Skeleton className="mb-5 h-14" />;
  if (data.machines === 0) return null;
  return (
    <section aria-label="How the machines stand" className="mb-5 grid gap-2.5">
      <span aria-hidden className="flex h-2 gap-px overflow-hidden rounded-full">
        {order.map((status) => (
          <span
            key={status}
            className={cx("min-w-0.5 empty:block", fills[status], !data.by_status[status] && "hidden")}
            style={{ flexGrow: data.by_status[status] ?? 0, flexBasis: 0 }}
          />
        ))}
      </span>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <ul className="flex flex-wrap gap-x-4 gap-y-1">
          <li className="flex min-h-6 items-center text-ink-3">By attempts</li>
          {order
            .filter((status) => data.by_status[status])
            .map((status) => (
              <li key={status}>
                <Link
                  to={`/machines?status=${status}`}
                  className="inline-flex min-h-6 items-center gap-1.5 rounded hover:underline"
                >
                  <ReliabilityLookMark status={status} />
                  {reliabilityLooks[status].word}
                  <span className="figures font-medium">{count(data.by_status[status] ?? 0)}</span>
                </Link>
              </li>
            ))}
        </ul>
        <p className="figures text-ink-2">
          {plural(data.machines, "machine")}, {plural(data.attempts, "attempt")}
          {data.success_rate !== null && (
            <>
              , <span className="font-medium text-ink">{data.success_rate.toFixed(1)}%</span> succeeded
            </>
          )}
        </p>
      </div>
    </section>
  );
}
