/** All attempts summed up: day by day, by provider, and why those that failed did. */
import { ChartLine } from "lucide-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { Asked } from "../../components/Asked";
import { type Column, DataTable } from "../../components/DataTable";
import { DaysChart } from "../../components/DaysChart";
import { Group } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { HistorySummary, ProviderSummary } from "../../lib/api/generated";
import { count } from "../../lib/numbers";
import { providerTitle } from "../../lib/providerNames";
import { historyApi } from "./api";
import { Reasons } from "./Reasons";

const columns: Column<ProviderSummary>[] = [
  {
    id: "provider",
    title: "Provider",
    cell: ({ provider }) => (
      <Link
        to={`/machines?provider=${provider}`}
        className="inline-flex min-h-6 items-center font-medium hover:underline"
      >
        {providerTitle(provider)}
      </Link>
    ),
    sortBy: ({ provider }) => providerTitle(provider),
    fixed: true,
    link: true,
  },
  {
    id: "machines",
    title: "Machines",
    cell: ({ machines }) => count(machines),
    sortBy: ({ machines }) => machines,
    highestFirst: true,
    align: "right",
    width: 100,
  },
  {
    id: "attempts",
    title: "Attempts",
    cell: ({ attempts }) => count(attempts),
    sortBy: ({ attempts }) => attempts,
    highestFirst: true,
    align: "right",
    width: 100,
  },
  {
    id: "rate",
    title: "Succeeded",
    cell: ({ success_rate: rate }) => (rate === null ? "—" : `${rate.toFixed(1)}%`),
    sortBy: ({ success_rate: rate }) => rate ?? -1,
    highestFirst: true,
    align: "right",
    width: 108,
    card: "aside",
  },
];

export function Summary() {
  const answer = historyApi.useShowMachineSummaryQuery();
  return (
    <Asked of={answer} loading={<SkeletonRows rows={10} what="the summary" />}>
      {(summary) => <Drawn summary={summary} />}
    </Asked>
  );
}

function Drawn({ summary }: { summary: HistorySummary }) {
  const days = useMemo(
    () =>
      summary.trend.map(({ day, success_rate, attempts }) => ({
        day,
        line: success_rate,
        bar: success_rate === null ? null : attempts,
      })),
    [summary.trend],
  );
  if (summary.attempts === 0)
    return (
      <div className="rounded border border-line">
        <EmptyState icon={ChartLine} title="Nothing has been tried yet">
          <p>With the first attempt the figures begin.</p>
        </EmptyState>
      </div>
    );
  return (
    <div className="grid gap-8">
      <DaysChart
        label="Attempts of the last 30 days"
        line={{ name: "Succeeded", none: "nothing was tried" }}
        bar={{ name: "Attempts", tone: "neutral" }}
        days={days}
      />
      <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
        <Group title="By provider">
          <DataTable
            id="machines-providers"
            label="Providers"
            columns={columns}
            rows={summary.providers}
            rowKey={({ provider }) => provider}
            rowName={({ provider }) => providerTitle(provider)}
            summary={null}
            initialSort={[{ id: "attempts", desc: true }]}
            empty={<EmptyState icon={ChartLine} title="No provider was tried" />}
          />
        </Group>
        <Group title="Why attempts failed">
          <Reasons
            counts={summary.failure_reasons.map(({ reason, count: times }) => [reason, times])}
            none="No attempt failed."
          />
        </Group>
      </div>
    </div>
  );
}
