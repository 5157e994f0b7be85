/** The rows that savings are made of: each sleep with its price, its storage, its race, and the sum in figures. */
import { Moon } from "lucide-react";
import { Link } from "react-router";
import { type Column, DataTable } from "../../../components/DataTable";
import { Money, MoneyDelta, Time } from "../../../components/figures";
import { EmptyState } from "../../../components/states";
import type { InstanceSavings, SleepExplained } from "../../../lib/api/generated";

interface Props {
  rows: readonly SleepExplained[];
  instances: readonly InstanceSavings[];
}

export function Explained({ rows, instances }: Props) {
  const names = new Map(instances.map((each) => [each.instance_id, each.name]));
  return (
    <DataTable
      id="savings.rows"
      label="Sleeps"
      columns={columnsOf((id) => names.get(id) ?? id.slice(-8))}
      rows={rows}
      rowKey={(row) => row.hibernation_id}
      rowName={(row) => `${names.get(row.instance_id) ?? ""} ${row.slept_at}`}
      empty={<EmptyState icon={Moon} title="No sleep in this span" />}
    />
  );
}

function columnsOf(nameOf: (id: string) => string): Column<SleepExplained>[] {
  return [
    {
      id: "instance",
      title: "Instance",
      cell: ({ instance_id: id }) => (
        <Link
          to={`/instances/${id}`}
          className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
        >
          <span className="truncate">{nameOf(id)}</span>
        </Link>
      ),
      width: 140,
      fixed: true,
      link: true,
    },
    { id: "slept", title: "Slept", cell: ({ slept_at: at }) => <Time at={at} />, width: 92 },
    { id: "woke", title: "Woke", cell: ({ ended_at: at }) => (at ? <Time at={at} /> : "asleep"), width: 92 },
    { id: "why", title: "Why", cell: ({ why }) => why, width: 92, roomy: true },
    {
      id: "price",
      title: "Given up",
      cell: ({ price_hour: price }) => <Money value={price} per="h" />,
      align: "right",
      width: 104,
    },
    {
      id: "formula",
      title: "The sum",
      cell: ({ formula }) => (
        <span className="figures block truncate text-xs text-ink-2" title={formula}>
          {formula}
        </span>
      ),
      width: 320,
      grows: true,
      roomy: true,
    },
    {
      id: "saved",
      title: "Saved",
      cell: ({ saved }) => <MoneyDelta value={saved} />,
      align: "right",
      width: 112,
      card: "aside",
    },
  ];
}
