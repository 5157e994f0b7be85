/** Every machine that costs money now, across all clouds, until its cloud has confirmed that it is gone. */
import { Receipt } from "lucide-react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Asked } from "../../../components/Asked";
import { Badge } from "../../../components/Badge";
import { Big, Bigs } from "../../../components/Bigs";
import { ButtonLink } from "../../../components/Button";
import { type Column, DataTable } from "../../../components/DataTable";
import { Money, Time } from "../../../components/figures";
import { Page } from "../../../components/Page";
import { SkeletonRows } from "../../../components/Skeleton";
import { EmptyState } from "../../../components/states";
import { Tooltip } from "../../../components/Tooltip";
import { Switch } from "../../../components/toggles";
import type { CostingRental, CostingRentals } from "../../../lib/api/generated";
import { moreOf, rowsOf } from "../../../lib/api/keyset";
import { providerTitle } from "../../../lib/providerNames";
import { useAllowed } from "../../../lib/session/me";
import { useTickingWords } from "../../../lib/ticking";
import { duration } from "../../../lib/time";
import { fleetLists } from "../api";
import { FollowFleet } from "../live";
import { stageWords } from "../words";

export function Rentals() {
  const [params, setParams] = useSearchParams();
  const operator = useAllowed("fleet:manage");
  const everyone = operator && params.get("all") === "true";
  const answer = fleetLists.useRentalPagesInfiniteQuery(everyone, { pollingInterval: EVERY_MS });
  return (
    <Page
      wide
      title="Rentals"
      description="Every machine that costs money now, until its cloud's own list shows that it is gone."
    >
      <FollowFleet />
      <Asked of={answer} loading={<SkeletonRows rows={6} what="machines" />}>
        {(data) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
            {data.pages[0] && <Totals totals={data.pages[0].totals} />}
            {operator && (
              <div className="max-w-60">
                <Switch
                  label="Everybody's"
                  checked={everyone}
                  onChange={(all) => setParams(all ? { all: "true" } : {}, { replace: true })}
                />
              </div>
            )}
            <Table rows={rowsOf(data)} more={moreOf(answer)} />
          </div>
        )}
      </Asked>
    </Page>
  );
}

const EVERY_MS = 30_000;

function Totals({ totals }: { totals: CostingRentals["totals"] }) {
  return (
    <Bigs>
      <Big name="Machines" note="that may cost now">
        {totals.machines}
      </Big>
      <Big name="Together" note="at this moment">
        <Money value={totals.price_hour} per="h" />
      </Big>
      <Big name="So far" note="of these machines">
        <Money value={totals.cost} />
      </Big>
    </Bigs>
  );
}

const roles: Record<CostingRental["role"], string> = {
  racer: "Racing",
  primary: "In use",
  standby: "Standby",
};

const columns: Column<CostingRental>[] = [
  {
    id: "instance",
    title: "Instance",
    cell: ({ instance_id: id, instance_name: name }) => (
      <Link
        to={`/instances/${id}`}
        className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
      >
        <span className="truncate">{name}</span>
      </Link>
    ),
    width: 140,
    grows: true,
    fixed: true,
    link: true,
  },
  {
    id: "machine",
    title: "Machine",
    cell: (rental) => (
      <span className="block truncate">
        {providerTitle(rental.provider)} <span className="text-ink-2">{rental.machine_id}</span>
      </span>
    ),
    width: 180,
    grows: true,
  },
  {
    id: "gpu",
    title: "GPU",
    cell: ({ gpu_name: gpu, gpu_count: gpus }) => (gpu ? `${gpus}× ${gpu}` : "none"),
    width: 140,
  },
  { id: "role", title: "For", cell: ({ role }) => roles[role], width: 84 },
  { id: "stage", title: "Stage", cell: (rental) => <Stage rental={rental} />, width: 116, card: "aside" },
  {
    id: "seen",
    title: "Seen",
    cell: ({ seen_at: at }) => (at ? <Time at={at} /> : <span className="text-ink-3">not yet</span>),
    width: 92,
    roomy: true,
  },
  {
    id: "paid",
    title: "Paid until",
    cell: (rental) => <PaidUntil rental={rental} />,
    width: 132,
    roomy: true,
  },
  { id: "age", title: "Age", cell: (rental) => <Age rental={rental} />, align: "right", width: 108 },
  {
    id: "price",
    title: "Now",
    cell: ({ price_hour: price }) => <Money value={price} per="h" />,
    align: "right",
    width: 96,
  },
  { id: "cost", title: "So far", cell: ({ cost }) => <Money value={cost} />, align: "right", width: 88 },
];

/** What its cloud says against it stands behind the badge: why one that is to end still costs, above all. */
function Stage({ rental }: { rental: CostingRental }) {
  const { error } = rental;
  if (!error) return <StageBadge rental={rental} />;
  const way = error.code === "bad_credentials" ? " Store a new key under Account > Provider keys." : "";
  return (
    <Tooltip words={`${error.message}${way}`}>
      <span>
        <StageBadge rental={rental} />
      </span>
    </Tooltip>
  );
}

function StageBadge({ rental }: { rental: CostingRental }) {
  const refused = rental.error?.code === "bad_credentials";
  if (rental.wanted === "gone")
    return (
      <Badge tone={refused ? "danger" : "warning"} live={!refused}>
        {refused ? "Key refused" : rental.end_asked_at ? "Ending" : "To end"}
      </Badge>
    );
  return <Badge tone={rental.stage === "ready" ? "ok" : "info"}>{stageWords(rental.stage)}</Badge>;
}

/** Only some clouds sell hours ahead; at the others a machine has no end of its own. */
function PaidUntil({ rental: { paid_until: until, extension_error: error } }: { rental: CostingRental }) {
  if (!until) return <span className="text-ink-3">no end</span>;
  if (!error) return <Time at={until} />;
  return (
    <Tooltip words={`${error.message} It ends then.`}>
      <span>
        <Badge tone="warning">
          <Time at={until} />
        </Badge>
      </span>
    </Tooltip>
  );
}

function Age({ rental }: { rental: CostingRental }) {
  const words = useTickingWords((now) =>
    rental.attempted_at ? duration(Math.max(0, now - Date.parse(rental.attempted_at)) / 1000) : "—",
  );
  return <span className="figures">{words}</span>;
}

interface TableProps {
  rows: readonly CostingRental[];
  more: { has: boolean; busy: boolean; load: () => void };
}

function Table({ rows, more }: TableProps) {
  const navigate = useNavigate();
  return (
    <DataTable
      id="rentals"
      label="Machines that cost money"
      columns={columns}
      rows={rows}
      rowKey={(rental) => rental.id}
      rowName={(rental) => `${rental.provider} ${rental.machine_id}`}
      fingerprint={(rental) => rental.stage}
      onOpen={(rental) => void navigate(`/instances/${rental.instance_id}`)}
      more={more}
      empty={
        <EmptyState
          icon={Receipt}
          title="No machine costs anything"
          action={<ButtonLink to="/instances">To the instances</ButtonLink>}
        >
          <p>Whatever is rented stands here from before it is created until it is confirmed gone.</p>
        </EmptyState>
      }
    />
  );
}
