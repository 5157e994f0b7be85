/** Offers that are cheap for what they are, against the median of their GPU in seven days. */
import { BadgePercent, TriangleAlert } from "lucide-react";
import { useNavigate } from "react-router";
import { Alert } from "../../../components/Alert";
import { Asked } from "../../../components/Asked";
import { type Column, DataTable } from "../../../components/DataTable";
import { Money, Time } from "../../../components/figures";
import { SkeletonRows } from "../../../components/Skeleton";
import { EmptyState } from "../../../components/states";
import type { Deal } from "../../../lib/api/generated";
import { count } from "../../../lib/numbers";
import { marketApi } from "../api";
import { GpuCell, ProviderCell, ReliabilityCell, ScoreCell } from "../cells";
import { offerName, placeOf } from "../names";

const columns: Column<Deal>[] = [
  { id: "gpu", title: "Machine", cell: ({ offer }) => <GpuCell offer={offer} />, link: true, fixed: true },
  { id: "provider", title: "Provider", cell: ({ offer }) => <ProviderCell offer={offer} />, width: 116 },
  { id: "place", title: "Place", cell: ({ offer }) => placeOf(offer), width: 116, roomy: "very" },
  {
    id: "discount",
    title: "Below usual",
    cell: (deal) => <span className="font-medium text-ok">{Math.round(deal.discount_percent)}%</span>,
    sortBy: (deal) => deal.discount_percent,
    highestFirst: true,
    align: "right",
    width: 116,
    card: "aside",
  },
  {
    id: "price",
    title: "One GPU",
    cell: (deal) => <Money value={deal.price_gpu_hour} per="h" />,
    sortBy: (deal) => Number(deal.price_gpu_hour),
    align: "right",
    width: 104,
  },
  {
    id: "usual",
    title: "7-day median",
    cell: (deal) => <Money value={deal.median_7d} per="h" />,
    sortBy: (deal) => Number(deal.median_7d),
    align: "right",
    width: 132,
  },
  {
    id: "known",
    title: "History",
    cell: (deal) => `${count(deal.hours_known)} h`,
    align: "right",
    width: 84,
    roomy: "very",
  },
  {
    id: "score",
    title: "G-score",
    cell: ({ offer }) => <ScoreCell offer={offer} />,
    align: "right",
    width: 104,
  },
  {
    id: "reliability",
    title: "Reliability",
    cell: ({ offer }) => <ReliabilityCell offer={offer} />,
    width: 124,
  },
  { id: "note", title: "Note", cell: (deal) => <Note words={deal.note} />, width: 176, roomy: "very" },
];

function Note({ words }: { words: string | null }) {
  if (!words) return <span className="text-ink-3">—</span>;
  return (
    <span className="inline-flex items-center gap-1 text-warning" title={words}>
      <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{words}</span>
    </span>
  );
}

export function Deals() {
  const answer = marketApi.useListBestDealsQuery({ limit: 50 });
  const navigate = useNavigate();
  return (
    <Asked of={answer} loading={<SkeletonRows rows={8} what="deals" />}>
      {({ items, history, as_of }) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {history.note && (
            <Alert tone="info" title="About the history">
              <p>{history.note}</p>
            </Alert>
          )}
          <DataTable
            id="deals"
            label="Best deals"
            columns={columns}
            rows={items}
            rowKey={(deal) => deal.offer.id}
            rowName={(deal) => offerName(deal.offer)}
            onOpen={(deal) => void navigate(`/market/${deal.offer.id}`)}
            fingerprint={(deal) => deal.price_gpu_hour}
            hotkeys
            toolbar={
              as_of && (
                <span className="text-xs text-ink-3">
                  As of <Time at={as_of} />
                </span>
              )
            }
            empty={
              <EmptyState icon={BadgePercent} title="Nothing is below its usual price">
                <p>
                  What is usual is the median of each GPU over seven days; it takes some hours of history.
                </p>
              </EmptyState>
            }
          />
        </div>
      )}
    </Asked>
  );
}
