/** One GPU at each provider: lowest, median, spot, how many, and how its lowest price went in seven days. */
import { CircleSlash } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { Link } from "react-router";
import { Alert } from "../../../components/Alert";
import { Asked } from "../../../components/Asked";
import { Chart } from "../../../components/Chart";
import { type Column, DataTable } from "../../../components/DataTable";
import { Delta, Money, Time } from "../../../components/figures";
import { SkeletonRows } from "../../../components/Skeleton";
import { Sparkline } from "../../../components/Sparkline";
import { EmptyState } from "../../../components/states";
import type { ProviderComparison } from "../../../lib/api/generated";
import { price } from "../../../lib/money";
import { count } from "../../../lib/numbers";
import { marketApi } from "../api";
import { None } from "../cells";
import { ModelPicker, useModel } from "./ModelPicker";
import { byGpu, type Line, lowestByHour, together } from "./trend";

function money(value: string | null) {
  return value ? <Money value={value} per="h" /> : <None />;
}

const columns: Column<Line>[] = [
  {
    id: "provider",
    title: "Provider",
    cell: (row) => <span className="font-medium">{row.title}</span>,
    sortBy: (row) => row.title,
    fixed: true,
  },
  {
    id: "lowest",
    title: "Lowest",
    cell: (row) =>
      row.offer_id && row.lowest ? (
        <Link to={`/market/${row.offer_id}`} className="inline-flex h-6 items-center hover:underline">
          {money(row.lowest)}
        </Link>
      ) : (
        money(row.lowest)
      ),
    sortBy: (row) => Number(row.lowest ?? Number.POSITIVE_INFINITY),
    align: "right",
    width: 108,
    card: "aside",
  },
  {
    id: "median",
    title: "Median",
    cell: (row) => money(row.median),
    sortBy: (row) => Number(row.median ?? Number.POSITIVE_INFINITY),
    align: "right",
    width: 108,
  },
  {
    id: "effective",
    title: "Lowest effective",
    cell: (row) => money(row.effective_lowest),
    sortBy: (row) => Number(row.effective_lowest ?? Number.POSITIVE_INFINITY),
    align: "right",
    width: 132,
    roomy: true,
  },
  {
    id: "spot",
    title: "Lowest spot",
    cell: (row) => money(row.spot_lowest),
    sortBy: (row) => Number(row.spot_lowest ?? Number.POSITIVE_INFINITY),
    align: "right",
    width: 116,
  },
  {
    id: "count",
    title: "Offers",
    cell: (row) => count(row.count),
    sortBy: (row) => row.count,
    align: "right",
    width: 84,
  },
  {
    id: "reliability",
    title: "Claimed reliability",
    cell: (row) => (row.reliability === null ? <None /> : `${(row.reliability * 100).toFixed(1)}%`),
    sortBy: (row) => row.reliability ?? 0,
    align: "right",
    width: 140,
    roomy: true,
  },
  {
    id: "trend",
    title: "7 days",
    cell: (row) =>
      row.trend_7d_percent === null ? <None /> : <Delta value={row.trend_7d_percent} good="down" />,
    sortBy: (row) => row.trend_7d_percent ?? 0,
    align: "right",
    width: 96,
  },
  {
    id: "line",
    title: "Lowest by the hour",
    cell: (row) => {
      const values = lowestByHour(row.series);
      if (values.filter((value) => value !== null).length < 2) return <None />;
      return <Sparkline values={values} label={`Lowest price of ${row.title} over 7 days`} width={120} />;
    },
    width: 148,
  },
];

/** Only where the name that was asked for means several. */
const gpuColumn: Column<Line> = {
  id: "gpu",
  title: "GPU",
  cell: (row) => row.model,
  sortBy: (row) => row.model,
  width: 140,
};
const columnsOfSeveral = [...columns.slice(0, 1), gpuColumn, ...columns.slice(1)];

export function ModelPrices() {
  const { models, model, choose, isLoading } = useModel();
  const picker = <ModelPicker models={models} model={model} onChange={choose} />;
  if (model) return <Answered model={model} picker={picker} />;
  return isLoading ? <SkeletonRows rows={5} what="providers" /> : <Nobody />;
}

function Answered({ model, picker }: { model: string; picker: ReactNode }) {
  const answer = marketApi.useCompareProvidersQuery({ model });
  return (
    <Asked of={answer} loading={<SkeletonRows rows={5} what="providers" />}>
      {(found) => <Compared found={found} picker={picker} />}
    </Asked>
  );
}

function Compared({ found, picker }: { found: ProviderComparison; picker: ReactNode }) {
  const { model, models, models_suggested, history, as_of } = found;
  const lines = useMemo(() => byGpu(found.items), [found.items]);
  const several = models.length > 1;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      {history.note && (
        <Alert tone="info" title="About the history">
          <p>{history.note}</p>
        </Alert>
      )}
      <DataTable
        id="model-prices"
        label={`${model} by provider`}
        columns={several ? columnsOfSeveral : columns}
        rows={lines}
        rowKey={(row) => `${row.provider} ${row.model}`}
        rowName={(row) => (several ? `${row.title}, ${row.model}` : row.title)}
        fingerprint={(row) => `${row.lowest} ${row.spot_lowest}`}
        hotkeys
        toolbar={
          <>
            {picker}
            {as_of && (
              <span className="text-xs text-ink-3">
                As of <Time at={as_of} />
              </span>
            )}
          </>
        }
        empty={<Nobody near={models_suggested} />}
      />
      <Trend model={model} lines={lines} several={several} />
    </div>
  );
}

const words = (value: number) => price(value.toFixed(6));

function Trend({ model, lines, several }: { model: string; lines: readonly Line[]; several: boolean }) {
  const { moments, series } = useMemo(() => {
    const titled = lines.map((line) => ({ ...line, title: `${line.title}, ${line.model}` }));
    return together(several ? titled : lines);
  }, [lines, several]);
  if (moments.length < 2) return null;
  return (
    <Chart
      label={`Lowest price of one ${model}, 7 days`}
      moments={moments}
      series={series}
      words={words}
      height={240}
    />
  );
}

function Nobody({ near = [] }: { near?: readonly string[] }) {
  return (
    <EmptyState icon={CircleSlash} title="Nobody offers this GPU now">
      {near.length > 0 ? <p>Nearest names: {near.join(", ")}.</p> : <p>Choose another one.</p>}
    </EmptyState>
  );
}
