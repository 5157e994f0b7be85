/** Each GPU with its cheapest and dearest provider, on the listed and on the effective price. */
import { ArrowLeftRight, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Asked } from "../../../components/Asked";
import { type Column, DataTable } from "../../../components/DataTable";
import { useFilters } from "../../../components/FilterBar";
import { Money, Time } from "../../../components/figures";
import { Peek } from "../../../components/Peek";
import { Picker } from "../../../components/Select";
import { SkeletonRows } from "../../../components/Skeleton";
import { EmptyState } from "../../../components/states";
import type { Opportunity, Quote } from "../../../lib/api/generated";
import { count } from "../../../lib/numbers";
import { marketApi } from "../api";
import { providerTitle } from "../names";

const spreads = [
  { value: "15", label: "15% or more" },
  { value: "0", label: "Any difference" },
  { value: "50", label: "50% or more" },
  { value: "100", label: "Twice the price" },
] as const;

/** Which price the figures are of. */
type Basis = "listed" | "effective";

function Quoted({ quote }: { quote: Quote }) {
  return (
    <span className="inline-flex items-baseline gap-2">
      <Link
        to={`/market/${quote.offer_id}`}
        className="figures inline-flex h-6 items-center font-medium hover:underline"
      >
        <Money value={quote.price_gpu_hour} per="h" />
      </Link>
      <span className="truncate text-ink-2">{providerTitle(quote.provider)}</span>
    </span>
  );
}

function sideOf(row: Opportunity, basis: Basis) {
  return basis === "effective" ? row.effective : row;
}

function columnsOf(basis: Basis): Column<Opportunity>[] {
  const quoted = (row: Opportunity, end: "cheapest" | "dearest") => {
    const side = sideOf(row, basis);
    return side ? <Quoted quote={side[end]} /> : "—";
  };
  return [
    {
      id: "model",
      title: "GPU",
      cell: (row) => (
        <Link
          to={`/arbitrage?view=providers&model=${encodeURIComponent(row.model)}`}
          className="font-medium hover:underline"
        >
          {row.model}
        </Link>
      ),
      sortBy: (row) => row.model,
      link: true,
      fixed: true,
    },
    {
      id: "spread",
      title: "Difference",
      cell: (row) => {
        const side = sideOf(row, basis);
        return side ? `${count(Math.round(side.spread_percent))}%` : "—";
      },
      sortBy: (row) => sideOf(row, basis)?.spread_percent ?? 0,
      highestFirst: true,
      align: "right",
      width: 112,
      card: "aside",
    },
    { id: "cheapest", title: "Cheapest", cell: (row) => quoted(row, "cheapest"), width: 176 },
    { id: "dearest", title: "Dearest", cell: (row) => quoted(row, "dearest"), width: 176 },
    {
      id: "median",
      title: "Median",
      cell: (row) => <Money value={row.median} per="h" />,
      sortBy: (row) => Number(row.median),
      align: "right",
      width: 104,
      roomy: true,
    },
    {
      id: "month",
      title: "Saves a month",
      cell: (row) => {
        const side = sideOf(row, basis);
        return side ? <Money value={side.saving_month} as="amount" /> : "—";
      },
      sortBy: (row) => Number(sideOf(row, basis)?.saving_month ?? 0),
      highestFirst: true,
      align: "right",
      width: 124,
    },
    {
      id: "offers",
      title: "Offers",
      cell: (row) => `${count(row.offers)} at ${row.providers}`,
      sortBy: (row) => row.offers,
      align: "right",
      width: 96,
      roomy: true,
    },
    { id: "trust", title: "Note", cell: (row) => <Note row={row} />, width: 108 },
  ];
}

function Note({ row }: { row: Opportunity }) {
  if (!row.single_host) return <span className="text-ink-3">—</span>;
  return (
    <Peek
      label={`One host only. ${row.note ?? ""}`}
      content={() => <p>{row.note ?? "The cheap end is one host whose reliability is not known."}</p>}
      className="inline-flex items-center gap-1 text-warning"
    >
      <TriangleAlert aria-hidden className="size-3.5" /> One host
    </Peek>
  );
}

const columns = { listed: columnsOf("listed"), effective: columnsOf("effective") };

export function Opportunities() {
  const { values, set } = useFilters(["min_spread"]);
  const navigate = useNavigate();
  const [basis, setBasis] = useState<Basis>("listed");
  const least = values.min_spread ?? "15";
  const answer = marketApi.useListOpportunitiesQuery({ minSpread: Number(least) || 0 });
  return (
    <Asked of={answer} loading={<SkeletonRows rows={10} what="differences" />}>
      {({ items, as_of }) => (
        <DataTable
          key={basis}
          id="opportunities"
          label="Differences"
          columns={columns[basis]}
          rows={items}
          rowKey={(row) => row.model}
          rowName={(row) => row.model}
          fingerprint={(row) => `${row.cheapest.price_gpu_hour} ${row.dearest.price_gpu_hour}`}
          onOpen={(row) => void navigate(`/arbitrage?view=providers&model=${encodeURIComponent(row.model)}`)}
          hotkeys
          toolbar={
            <>
              <Picker
                label="Least difference"
                value={least}
                options={
                  spreads.some((each) => each.value === least)
                    ? spreads
                    : [{ value: least, label: `${least}%` }]
                }
                onChange={(next) => set("min_spread", next === "15" ? "" : next)}
                className="w-40"
              />
              <Picker
                label="Price"
                value={basis}
                options={[
                  { value: "listed", label: "Listed price" },
                  { value: "effective", label: "Effective price" },
                ]}
                onChange={setBasis}
                className="w-40"
              />
              {as_of && (
                <span className="text-xs text-ink-3">
                  As of <Time at={as_of} />
                </span>
              )}
            </>
          }
          empty={
            <EmptyState icon={ArrowLeftRight} title="No GPU has two prices that far apart">
              <p>It takes two providers with the same GPU. Try a smaller difference.</p>
            </EmptyState>
          }
        />
      )}
    </Asked>
  );
}
