/** The columns of the market; each as wide as the longest of what it may have to say. */
import type { Column } from "../../components/DataTable";
import { ReliabilityBreakdown } from "../../components/ReliabilityBreakdown";
import type { Offer } from "../../lib/api/generated";
import { count } from "../../lib/numbers";
import { ratedOf, Verified } from "./cells";
import { bitrate, gigabytes } from "./names";
import { EffectivePeek, PriceParts, ScorePeek } from "./peeks";
import {
  effectiveCell,
  gpuCell,
  LayAside,
  placeCell,
  priceCell,
  providerCell,
  reliabilityCell,
  Seen,
  scoreCell,
  spotCell,
} from "./rowCells";
import { rowWords } from "./rowWords";

const price = (spot: boolean): Column<Offer> => ({
  id: "price",
  title: spot ? "Spot price" : "Price",
  cell: (offer, stop) => priceCell(offer, spot, stop),
  peek: (offer) => <PriceParts offer={offer} />,
  sorts: true,
  align: "right",
  width: 96,
});

const rest: Column<Offer>[] = [
  {
    id: "effective",
    title: "Effective",
    cell: effectiveCell,
    peek: (offer) => <EffectivePeek offer={offer} />,
    sorts: true,
    align: "right",
    width: 96,
  },
  { id: "spot", title: "Spot", cell: spotCell, align: "right", width: 96, roomy: true },
  {
    id: "score",
    title: "G-score",
    cell: scoreCell,
    peek: (offer) => <ScorePeek offer={offer} />,
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 88,
  },
  {
    id: "reliability",
    title: "Reliability",
    cell: reliabilityCell,
    peek: (offer) => <ReliabilityBreakdown key={offer.id} machine={ratedOf(offer)} />,
    sorts: true,
    highestFirst: true,
    width: 132,
  },
  {
    id: "cpu",
    title: "CPU",
    cell: ({ cpu_cores: cores }) => (cores === null ? "—" : `${count(cores)} cores`),
    align: "right",
    width: 92,
    hidden: true,
  },
  {
    id: "ram",
    title: "RAM",
    cell: (offer) => gigabytes(offer.ram_gb),
    align: "right",
    width: 72,
    roomy: "very",
  },
  {
    id: "disk",
    title: "Disk",
    cell: (offer) => gigabytes(offer.disk_gb),
    align: "right",
    width: 72,
    roomy: "very",
  },
  {
    id: "down",
    title: "Download",
    cell: (offer) => bitrate(offer.inet_down_mbps),
    align: "right",
    width: 94,
    roomy: "very",
  },
  {
    id: "up",
    title: "Upload",
    cell: (offer) => bitrate(offer.inet_up_mbps),
    align: "right",
    width: 94,
    hidden: true,
  },
  {
    id: "tflops",
    title: "TFLOPS",
    cell: (offer) => rowWords(offer).tflops ?? "—",
    align: "right",
    width: 76,
    hidden: true,
  },
  {
    id: "value",
    title: "TFLOPS/$",
    cell: (offer) => rowWords(offer).value ?? "—",
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 88,
    roomy: "very",
  },
  {
    id: "cuda",
    title: "CUDA",
    cell: (offer) => offer.cuda_max ?? "—",
    align: "right",
    width: 68,
    hidden: true,
  },
  {
    id: "verified",
    title: "Verified",
    cell: (offer) => <Verified offer={offer} />,
    width: 100,
    hidden: true,
  },
  {
    id: "machine",
    title: "Machine",
    cell: (offer) => <code className="text-xs text-ink-2">{offer.machine_id}</code>,
    width: 120,
    hidden: true,
  },
  {
    id: "seen",
    title: "Seen",
    cell: (offer) => <Seen offer={offer} />,
    align: "right",
    width: 88,
    roomy: "very",
  },
];

const lead: Column<Offer>[] = [
  {
    id: "compare",
    title: "Compare",
    cell: (offer, stop) => <LayAside offer={offer} stop={stop} />,
    width: 36,
    silent: true,
    fixed: true,
  },
  { id: "gpu", title: "Machine", cell: gpuCell, width: 240, grows: true, link: true, fixed: true },
  { id: "provider", title: "Provider", cell: providerCell, width: 112 },
  { id: "place", title: "Place", cell: placeCell, width: 136, roomy: true },
];

const onDemand = [...lead, price(false), ...rest];
const atSpot = [...lead, price(true), ...rest.filter((column) => column.id !== "spot")];

/** Where spot is asked for, the price is that. */
export function columnsFor(spot: boolean): Column<Offer>[] {
  return spot ? atSpot : onDemand;
}
