/** Stopping, deleting and taking back a snapshot, with the result told; a deletion can be taken back from there. */
import type { Snapshot } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { absolute } from "../../lib/time";
import { toast, toastProblem } from "../../lib/toasts";
import { snapshotsApi } from "./api";

type Named = Pick<Snapshot, "id" | "label">;

export function useSnapshotActions() {
  const [cancelOne, cancelling] = snapshotsApi.useCancelSnapshotMutation();
  const [deleteOne] = snapshotsApi.useDeleteSnapshotMutation();
  const [undeleteOne, undeleting] = snapshotsApi.useUndeleteSnapshotMutation();
  const cancel = ({ id, label }: Named) =>
    cancelOne({ snapshotId: id })
      .unwrap()
      .then(({ state }) =>
        toast(
          state === "failed"
            ? { title: `The snapshot of ${label} is stopped` }
            : {
                title: `The snapshot of ${label} is asked to stop`,
                detail: "What was sent is not sent again.",
              },
        ),
      )
      .catch(toastProblem);
  const undelete = ({ id, label }: Named) =>
    undeleteOne({ snapshotId: id })
      .unwrap()
      .then(() => toast({ title: `The snapshot of ${label} is back` }))
      .catch(toastProblem);
  /** Throws a problem. */
  const remove = async (snapshot: Named) => {
    const { undo_until: until, frees_bytes: frees } = await deleteOne({ snapshotId: snapshot.id }).unwrap();
    toast({
      title: `The snapshot of ${snapshot.label} is deleted${frees ? `, ${size(frees)} will be free` : ""}`,
      ...(until && {
        detail: `It can be taken back until ${absolute(until)}.`,
        action: { label: "Undo", run: () => void undelete(snapshot) },
      }),
    });
  };
  return { cancel, undelete, remove, busy: cancelling.isLoading || undeleting.isLoading };
}
