/** The columns of the market. */
import type { Column } from "../../components/DataTable";
import { Num } from "../../components/figures";
import type { Offer } from "../../lib/api/generated";
import { short } from "../../lib/numbers";
import { useTickingWords } from "../../lib/ticking";
import { relative } from "../../lib/time";
import { useSeenAt } from "./ages";
import {
  EffectiveCell,
  GpuCell,
  None,
  PriceCell,
  ProviderCell,
  ReliabilityCell,
  ScoreCell,
  SpotCell,
  StaleMark,
  Verified,
} from "./cells";
import { bitrate, countryName, gigabytes, offerName, placeOf, regionOf } from "./names";
import { toggle, useInTray, useTrayFull } from "./tray";

export function LayAside({ offer }: { offer: Offer }) {
  const inside = useInTray(offer.id);
  const full = useTrayFull();
  return (
    <input
      type="checkbox"
      checked={inside}
      disabled={full && !inside}
      aria-label={`Compare ${offerName(offer)}`}
      onChange={() => toggle(offer)}
      className="block size-4 accent-(--accent) disabled:opacity-40"
    />
  );
}

function Place({ offer }: { offer: Offer }) {
  if (!offer.country && !offer.region) return <None />;
  const place = placeOf(offer);
  const region = regionOf(offer);
  return (
    <span title={[offer.country && countryName(offer.country), offer.region].filter(Boolean).join(", ")}>
      {place}
      {region && <span className="ml-1.5 text-xs text-ink-3">{region}</span>}
    </span>
  );
}

/** Without a tooltip of its own: there are too many of them, and the offer's page has the whole moment. */
export function Seen({ offer }: { offer: Offer }) {
  const at = useSeenAt(offer);
  const words = useTickingWords((now) => relative(at, now));
  return (
    <span className="figures inline-flex items-center gap-1 whitespace-nowrap">
      {offer.stale && <StaleMark />}
      <time dateTime={at}>{words}</time>
    </span>
  );
}

function figure(value: number | null, unit: string) {
  return value === null ? <None /> : <Num value={value} unit={unit} />;
}

const price = (spot: boolean): Column<Offer> => ({
  id: "price",
  title: spot ? "Spot price" : "Price",
  cell: (offer) => <PriceCell offer={offer} spot={spot} />,
  sorts: true,
  align: "right",
  width: 96,
});

const rest: Column<Offer>[] = [
  {
    id: "effective",
    title: "Effective",
    cell: (offer) => <EffectiveCell offer={offer} />,
    sorts: true,
    align: "right",
    width: 100,
  },
  {
    id: "spot",
    title: "Spot",
    cell: (offer) => <SpotCell offer={offer} />,
    align: "right",
    width: 100,
    roomy: true,
  },
  {
    id: "score",
    title: "G-score",
    cell: (offer) => <ScoreCell offer={offer} />,
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 104,
  },
  {
    id: "reliability",
    title: "Reliability",
    cell: (offer) => <ReliabilityCell offer={offer} />,
    sorts: true,
    highestFirst: true,
    width: 124,
  },
  {
    id: "cpu",
    title: "CPU",
    cell: (offer) => figure(offer.cpu_cores, "cores"),
    align: "right",
    width: 92,
    hidden: true,
  },
  {
    id: "ram",
    title: "RAM",
    cell: (offer) => gigabytes(offer.ram_gb),
    align: "right",
    width: 84,
    roomy: "very",
  },
  {
    id: "disk",
    title: "Disk",
    cell: (offer) => gigabytes(offer.disk_gb),
    align: "right",
    width: 84,
    roomy: "very",
  },
  {
    id: "down",
    title: "Download",
    cell: (offer) => bitrate(offer.inet_down_mbps),
    align: "right",
    width: 104,
    roomy: "very",
  },
  {
    id: "up",
    title: "Upload",
    cell: (offer) => bitrate(offer.inet_up_mbps),
    align: "right",
    width: 104,
    hidden: true,
  },
  {
    id: "tflops",
    title: "TFLOPS",
    cell: (offer) => (offer.tflops ? short(offer.tflops) : <None />),
    align: "right",
    width: 84,
    hidden: true,
  },
  {
    id: "value",
    title: "TFLOPS/$",
    cell: (offer) => (offer.tflops_per_dollar === null ? <None /> : short(offer.tflops_per_dollar)),
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 100,
    roomy: "very",
  },
  {
    id: "cuda",
    title: "CUDA",
    cell: (offer) => offer.cuda_max ?? <None />,
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
    width: 92,
    roomy: "very",
  },
];

const lead: Column<Offer>[] = [
  {
    id: "compare",
    title: "Compare",
    cell: (offer) => <LayAside offer={offer} />,
    width: 40,
    silent: true,
    fixed: true,
  },
  {
    id: "gpu",
    title: "Machine",
    cell: (offer) => <GpuCell offer={offer} />,
    link: true,
    fixed: true,
  },
  { id: "provider", title: "Provider", cell: (offer) => <ProviderCell offer={offer} />, width: 108 },
  { id: "place", title: "Place", cell: (offer) => <Place offer={offer} />, width: 124 },
];

const onDemand = [...lead, price(false), ...rest];
const atSpot = [...lead, price(true), ...rest.filter((column) => column.id !== "spot")];

/** Where spot is asked for, the price is that. */
export function columnsFor(spot: boolean): Column<Offer>[] {
  return spot ? atSpot : onDemand;
}
