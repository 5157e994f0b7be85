/** What a rule would keep and delete, before it is saved. */
import { Trash2 } from "lucide-react";
import { Link } from "react-router";
import { Alert } from "../../components/Alert";
import { type Column, DataTable } from "../../components/DataTable";
import { Time } from "../../components/figures";
import { EmptyState } from "../../components/states";
import type { RetentionPlan } from "../../lib/api/generated";
import { count } from "../../lib/numbers";
import { Size } from "./figures";
import { planWords } from "./keeping";
import { Placed } from "./Placed";

type Goes = RetentionPlan["going"][number];

const columns: Column<Goes>[] = [
  {
    id: "label",
    title: "Label",
    cell: (each) => (
      <Placed of={each}>
        <Link
          to={`/snapshots/${each.id}`}
          className="inline-flex min-h-6 max-w-full items-center font-medium hover:underline"
        >
          <span className="truncate">{each.label}</span>
        </Link>
      </Placed>
    ),
    fixed: true,
    link: true,
  },
  { id: "taken", title: "Taken", cell: (each) => <Time at={each.created_at} />, align: "right", width: 108 },
  {
    id: "alone",
    title: "It alone needs",
    cell: (each) => <Size bytes={each.unique_bytes} />,
    align: "right",
    width: 124,
  },
];

export function Plan({ plan }: { plan: RetentionPlan }) {
  const hidden = plan.going_count - plan.going.length;
  return (
    <div className="grid gap-4">
      <Alert tone={plan.going_count > 0 ? "warning" : "info"} title={planWords(plan)}>
        <p>Nothing has changed yet. {hidden > 0 && `${count(hidden)} older ones are not listed.`}</p>
      </Alert>
      {plan.going_count > 0 && (
        <DataTable
          id="retention-plan"
          label="Would be deleted"
          columns={columns}
          rows={plan.going}
          rowKey={(each) => each.id}
          rowName={(each) => each.label}
          empty={<EmptyState icon={Trash2} title="Nothing would go" />}
        />
      )}
    </div>
  );
}
