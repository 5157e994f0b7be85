/** What each instance has saved, and what the same hours cost at a large cloud. */
import { PiggyBank } from "lucide-react";
import { Link } from "react-router";
import { type Column, DataTable } from "../../../components/DataTable";
import { Money, MoneyDelta } from "../../../components/figures";
import { EmptyState } from "../../../components/states";
import type { InstanceSavings } from "../../../lib/api/generated";
import { toMicro } from "../../../lib/money";

const micro = (text: string) => Number(toMicro(text));

const columns: Column<InstanceSavings>[] = [
  {
    id: "name",
    title: "Instance",
    cell: ({ instance_id: id, name }) => (
      <Link
        to={`/instances/${id}`}
        className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
      >
        <span className="truncate">{name}</span>
      </Link>
    ),
    sortBy: ({ name }) => name,
    fixed: true,
    link: true,
  },
  {
    id: "asleep",
    title: "Asleep",
    cell: ({ hours_asleep: hours }) => (
      <span className="figures">
        {hours.toFixed(1)} <span className="text-xs text-ink-3">h</span>
      </span>
    ),
    sortBy: ({ hours_asleep: hours }) => hours,
    highestFirst: true,
    align: "right",
    width: 96,
  },
  {
    id: "given",
    title: "Given up",
    cell: ({ given_up: of }) => <Money value={of} />,
    sortBy: ({ given_up: of }) => micro(of),
    highestFirst: true,
    align: "right",
    width: 104,
  },
  {
    id: "storage",
    title: "Storage",
    cell: ({ storage: of }) => <Money value={of} as="price" />,
    align: "right",
    width: 104,
    roomy: true,
  },
  {
    id: "race",
    title: "Races",
    cell: ({ race_overhead: of }) => <Money value={of} as="price" />,
    align: "right",
    width: 104,
    roomy: true,
  },
  {
    id: "saved",
    title: "Saved",
    cell: ({ saved }) => <MoneyDelta value={saved} />,
    sortBy: ({ saved }) => micro(saved),
    highestFirst: true,
    align: "right",
    width: 112,
    card: "aside",
  },
  {
    id: "spent",
    title: "Spent",
    cell: ({ spent }) => <Money value={spent} />,
    sortBy: ({ spent }) => micro(spent),
    highestFirst: true,
    align: "right",
    width: 104,
  },
  {
    id: "large",
    title: "At a large cloud",
    cell: ({ on_demand: cost, on_demand_of: of }) =>
      cost === null ? (
        <span className="text-ink-3">—</span>
      ) : (
        <span title={of ?? undefined}>
          <Money value={cost} />
        </span>
      ),
    align: "right",
    width: 132,
    roomy: true,
  },
];

export function InstanceSavingsTable({ rows }: { rows: readonly InstanceSavings[] }) {
  return (
    <DataTable
      id="savings.instances"
      label="Savings by instance"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.instance_id}
      rowName={(row) => row.name}
      initialSort={[{ id: "saved", desc: true }]}
      empty={
        <EmptyState icon={PiggyBank} title="Nothing has slept yet">
          <p>When an instance is idle it gives its machine up; what that saves is counted here.</p>
        </EmptyState>
      }
    />
  );
}
