/** Destroying an instance: what ends, what it stops costing, and whether its snapshots stay. */
import { useEffect, useState } from "react";
import { ConfirmDialog } from "../../components/Dialog";
import { Money, Time } from "../../components/figures";
import { Checkbox } from "../../components/toggles";
import type { Instance } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { useInstanceActions } from "./useInstanceActions";

interface Props {
  instance: Instance | null;
  onClose: () => void;
}

export function DestroyInstance({ instance, onClose }: Props) {
  const { destroy } = useInstanceActions();
  const [keep, setKeep] = useState(true);
  // What closes still shows what it was about.
  const [shown, show] = useState(instance);
  useEffect(() => {
    if (instance) {
      show(instance);
      setKeep(true);
    }
  }, [instance]);
  return (
    <ConfirmDialog
      open={instance !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Destroy ${shown?.name ?? "it"}?`}
      verb={keep ? "Destroy, keep the snapshots" : "Destroy everything"}
      act={async () => {
        if (shown) await destroy(shown, keep);
      }}
      consequence={
        shown && (
          <div className="grid gap-3">
            <p>
              {shown.machines > 0 ? (
                <>
                  Gives up {shown.machines === 1 ? "its machine" : `its ${shown.machines} machines`} and stops{" "}
                  <Money value={shown.price_hour} per="h" />.
                </>
              ) : (
                "No machine is held for it; its name becomes free."
              )}
            </p>
            <p>
              {shown.snapshot ? (
                <>
                  Its newest snapshot is of <Time at={shown.snapshot.at} />
                  {shown.snapshot.bytes !== null && `, ${size(shown.snapshot.bytes)}`}.
                </>
              ) : (
                "There is no snapshot of it: what is on its machine goes with it, unless it is kept now."
              )}
            </p>
            <Checkbox
              label="Save what has changed, and keep its snapshots"
              hint="Without it, its work can't be had back."
              checked={keep}
              onChange={setKeep}
            />
          </div>
        )
      }
    />
  );
}
