/** Machines with a past in a table: filters in the address, the order by the server. */
import type { SortingState } from "@tanstack/react-table";
import { History as HistoryIcon, Search, ShieldX } from "lucide-react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { ButtonLink } from "../../components/Button";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { ReliabilityBadge, ReliabilityLookMark } from "../../components/ReliabilityBadge";
import { reliabilityLooks } from "../../components/reliabilityLooks";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { MachineHistory } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { pathOf } from "../../lib/machines/standing";
import { count } from "../../lib/numbers";
import { providerNames, providerTitle } from "../../lib/providerNames";
import { duration } from "../../lib/time";
import { historyLists } from "./api";
import { orderOf, sortingOf } from "./order";
import { ratedOf } from "./rated";
import { reasonWords } from "./words";

const columns: Column<MachineHistory>[] = [
  {
    id: "machine",
    title: "Machine",
    cell: (machine) => (
      <Link
        to={pathOf(machine.provider, machine.machine_id)}
        className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
      >
        <span className="truncate">{machine.machine_id}</span>
      </Link>
    ),
    fixed: true,
    link: true,
  },
  {
    id: "provider",
    title: "Provider",
    cell: (machine) => providerTitle(machine.provider),
    width: 124,
  },
  {
    id: "score",
    title: "Reliability",
    cell: (machine) => <ReliabilityBadge machine={ratedOf(machine)} />,
    sorts: true,
    highestFirst: true,
    width: 152,
    card: "aside",
  },
  {
    id: "success_rate",
    title: "By attempts",
    cell: (machine) => <ByAttempts machine={machine} />,
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 152,
  },
  {
    id: "attempts",
    title: "Attempts",
    cell: (machine) => count(machine.total_attempts),
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 96,
  },
  {
    id: "failures_in_row",
    title: "In a row",
    cell: (machine) =>
      machine.consecutive_failures === 0 ? (
        <span className="text-ink-3">—</span>
      ) : (
        `${machine.consecutive_failures} failed`
      ),
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 96,
    roomy: true,
  },
  {
    id: "reason",
    title: "Fails mostly by",
    cell: (machine) => <Mostly machine={machine} />,
    width: 184,
    roomy: true,
  },
  {
    id: "boot",
    title: "Boot, p95",
    cell: (machine) =>
      machine.boot_seconds_p95 === null ? (
        <span className="text-ink-3">—</span>
      ) : (
        duration(machine.boot_seconds_p95)
      ),
    sorts: true,
    align: "right",
    width: 104,
  },
  {
    id: "recent",
    title: "Last attempt",
    cell: (machine) => <Time at={machine.last_attempt_at} />,
    sorts: true,
    highestFirst: true,
    align: "right",
    width: 116,
  },
];

/** The same word as in the bar above: it goes by attempts alone, and the badge beside it by how the machine ran too. */
function ByAttempts({ machine: { status, success_rate: rate } }: { machine: MachineHistory }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <ReliabilityLookMark status={status} />
      {reliabilityLooks[status].word}
      {rate !== null && <span className="figures text-xs text-ink-3">{rate.toFixed(0)}%</span>}
    </span>
  );
}

function Mostly({ machine }: { machine: MachineHistory }) {
  const [first] = Object.entries(machine.failure_reasons).sort(([, a], [, b]) => b - a);
  if (!first) return <span className="text-ink-3">—</span>;
  return (
    <span className="text-ink-2">
      {reasonWords(first[0])} <span className="figures text-xs text-ink-3">× {first[1]}</span>
    </span>
  );
}

const choices: FilterChoice[] = [
  {
    key: "status",
    title: "Status",
    options: Object.entries(reliabilityLooks).map(([value, { word }]) => ({ value, label: word })),
  },
  {
    key: "provider",
    title: "Provider",
    options: providerNames.map((value) => ({ value, label: providerTitle(value) })),
  },
];

export function MachineTable() {
  const [params, setParams] = useSearchParams();
  const { values } = useFilters(["q", "status", "provider"]);
  const navigate = useNavigate();
  const sort = params.get("sort");
  const answer = historyLists.useMachinePagesInfiniteQuery({ ...values, ...orderOf(sort) });
  const filtered = Object.values(values).some(Boolean);
  const order = {
    value: sortingOf(sort),
    onChange: (sorting: SortingState) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          const [first] = sorting;
          if (first) next.set("sort", `${first.desc ? "-" : ""}${first.id}`);
          else next.delete("sort");
          return next;
        },
        { replace: true },
      ),
  };
  return (
    <Asked of={answer} loading={<SkeletonRows rows={12} what="machines" />}>
      {(data) => (
        <DataTable
          id="machines"
          label="Machines"
          columns={columns}
          rows={rowsOf(data)}
          rowKey={(machine) => machine.key}
          rowName={(machine) => machine.key}
          onOpen={(machine) => void navigate(pathOf(machine.provider, machine.machine_id))}
          fingerprint={(machine) => `${machine.total_attempts} ${machine.status} ${machine.score}`}
          order={order}
          hotkeys
          more={moreOf(answer)}
          toolbar={<FilterBar search={{ key: "q", label: "Search machine id" }} choices={choices} />}
          actions={(machine) => <Actions machine={machine} />}
          empty={filtered ? nothingFits : nothingYet}
        />
      )}
    </Asked>
  );
}

function Actions({ machine }: { machine: MachineHistory }) {
  const navigate = useNavigate();
  const { provider, machine_id: id } = machine;
  return (
    <>
      <MenuItem icon={HistoryIcon} keys="Enter" onSelect={() => void navigate(pathOf(provider, id))}>
        Open
      </MenuItem>
      <MenuItem
        icon={ShieldX}
        disabled={machine.is_blacklisted}
        onSelect={() => void navigate(`/blacklist?new=${encodeURIComponent(machine.key)}`)}
      >
        Keep away from it
      </MenuItem>
    </>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No machine fits">
    <p>Take a filter away to see more.</p>
  </EmptyState>
);
const nothingYet = (
  <EmptyState
    icon={HistoryIcon}
    title="No machine has a past yet"
    action={<ButtonLink to="/market">Look at the market</ButtonLink>}
  >
    <p>As soon as a machine is tried, it appears here with what came of it.</p>
  </EmptyState>
);
