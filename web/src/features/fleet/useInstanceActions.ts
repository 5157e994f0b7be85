/** What one may ask of an instance, each told when the server has taken it on; what comes of it is seen on the page. */
import type { Instance, Operation } from "../../lib/api/generated";
import { duration } from "../../lib/time";
import { toast, toastProblem } from "../../lib/toasts";
import { fleetApi } from "./api";
import type { Act } from "./states";
import { operationWords } from "./words";

type Named = Pick<Instance, "id" | "name">;
type Harmless = Exclude<Act, "destroy">;

export function useInstanceActions() {
  const [wake, waking] = fleetApi.useWakeInstanceMutation();
  const [hibernate, hibernating] = fleetApi.useHibernateInstanceMutation();
  const [pause, pausing] = fleetApi.usePauseInstanceMutation();
  const [resume, resuming] = fleetApi.useResumeInstanceMutation();
  const [snapshot, saving] = fleetApi.useSnapshotInstanceMutation();
  const [failOver, failing] = fleetApi.useFailOverInstanceMutation();
  const [halfLife, halving] = fleetApi.usePutInstanceOnStandbyMutation();
  const [destroyOne] = fleetApi.useDestroyInstanceMutation();
  const [keepOne] = fleetApi.useKeepInstanceAwakeMutation();
  const [cancelOne, cancelling] = fleetApi.useCancelOperationMutation();
  const asks = {
    wake,
    hibernate,
    pause,
    resume,
    snapshot,
    failover: failOver,
    "half-life": halfLife,
  } satisfies Record<Harmless, unknown>;
  /** Told by a toast only where the page does not show it itself. */
  const ask = (act: Harmless, { id, name }: Named) =>
    asks[act]({ instanceId: id })
      .unwrap()
      .then((operation) => toast({ title: `${operationWords(operation.kind)} ${name}` }))
      .catch(toastProblem);
  /** Throws a problem. */
  const destroy = async ({ id, name }: Named, keepSnapshot: boolean) => {
    const proof = await destroyOne({ instanceId: id, keepSnapshot }).unwrap();
    const left = proof.still_costs.length;
    toast({
      title: `Destroying ${name}`,
      detail: left
        ? `${left} machines are being given up; this page says when each is gone.`
        : "Nothing of it costs.",
    });
  };
  /** Throws a problem. */
  const goOnWithout = ({ kind, instance_id: instanceId }: Operation) =>
    (kind === "destroy"
      ? destroyOne({ instanceId, withoutUnread: true })
      : hibernate({ instanceId, withoutUnread: true })
    ).unwrap();
  const keepAwake = ({ id, name }: Named, seconds: number) =>
    keepOne({ instanceId: id, body: { seconds } })
      .unwrap()
      .then(() =>
        toast({ title: seconds ? `${name} stays awake for ${duration(seconds, 1)}` : `${name} may sleep` }),
      )
      .catch(toastProblem);
  const cancel = (operationId: string) =>
    cancelOne({ operationId })
      .unwrap()
      .then(() => toast({ title: "Asked to stop" }))
      .catch(toastProblem);
  const busy = [waking, hibernating, pausing, resuming, saving, failing, halving].some(
    (one) => one.isLoading,
  );
  return { ask, destroy, goOnWithout, keepAwake, cancel, busy, cancelling: cancelling.isLoading };
}
