/** Snapshots that destroyed instances have left: what they cost, and deleting all of them. */
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { count } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { toast } from "../../lib/toasts";
import { snapshotsApi } from "./api";
import { MonthCost } from "./figures";

export function LeftSnapshots() {
  const { data } = snapshotsApi.useShowSnapshotCostQuery();
  const [deleteAll] = snapshotsApi.useDeleteLeftSnapshotsMutation();
  const [asking, ask] = useState(false);
  const writes = useAllowed("snapshots:write");
  const left = data?.left;
  if (!left?.snapshots) return null;
  const those = left.snapshots === 1 ? "1 snapshot" : `${count(left.snapshots)} snapshots`;
  return (
    <section
      aria-label="Of destroyed instances"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded border border-line bg-sunken px-4 py-3"
    >
      <p className="min-w-0 flex-1 basis-64">
        <Link to="/snapshots?left=true" className="font-medium hover:underline">
          {those} of destroyed instances
        </Link>{" "}
        <span className="text-ink-2">
          kept for at least <MonthCost of={left.cost_month} bytes={left.unique_bytes} />. Nobody wakes from
          them any more.
        </span>
      </p>
      <Button icon={Trash2} disabled={!writes} onClick={() => ask(true)}>
        Delete all
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={ask}
        title={`Delete ${those} of destroyed instances?`}
        verb="Delete all"
        act={async () => {
          const { deleted, more } = await deleteAll({}).unwrap();
          toast({
            title: `${deleted === 1 ? "1 snapshot is" : `${count(deleted)} snapshots are`} deleted`,
            detail: more
              ? "There are more: delete again. Each can be taken back for a while."
              : "Each can be taken back for a while: filter by the state Deleted.",
          });
        }}
        consequence={
          <p>Yours and those of your teams. What is in them is then lost, unless you take it back in time.</p>
        }
      />
    </section>
  );
}
