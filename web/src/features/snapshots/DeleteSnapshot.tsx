/** Deleting a snapshot: what that frees, and until when it can be taken back. */
import { useEffect, useState } from "react";
import { ConfirmDialog } from "../../components/Dialog";
import type { Snapshot } from "../../lib/api/generated";
import { absolute } from "../../lib/time";
import { useSnapshotActions } from "./useSnapshotActions";
import { consequenceOf } from "./words";

interface Props {
  snapshot: Snapshot | null;
  onClose: () => void;
}

export function DeleteSnapshot({ snapshot, onClose }: Props) {
  const { remove } = useSnapshotActions();
  // What closes still shows what it was about.
  const [shown, show] = useState(snapshot);
  useEffect(() => {
    if (snapshot) show(snapshot);
  }, [snapshot]);
  return (
    <ConfirmDialog
      open={snapshot !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Delete this snapshot of ${shown?.label ?? "it"}?`}
      verb="Delete snapshot"
      act={async () => {
        if (shown) await remove(shown);
      }}
      consequence={
        shown && (
          <div className="grid gap-2">
            <p>Taken {absolute(shown.created_at)}.</p>
            <p>{consequenceOf(shown)}</p>
          </div>
        )
      }
    />
  );
}
