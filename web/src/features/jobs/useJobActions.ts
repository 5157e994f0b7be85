/** Cancelling a job and running it again, with the result told; a cancelled job can be brought back. */
import { toast, toastProblem } from "../../lib/toasts";
import { type Job, jobsApi } from "./api";

export function useJobActions() {
  const [cancelJob, cancelling] = jobsApi.useCancelJobMutation();
  const [retryJob, retrying] = jobsApi.useRetryJobMutation();
  const retry = (job: Pick<Job, "id" | "name">) =>
    retryJob({ jobId: job.id })
      .unwrap()
      .then(() => toast({ title: `${job.name} runs again` }))
      .catch(toastProblem);
  const cancel = (job: Pick<Job, "id" | "name">) =>
    cancelJob({ jobId: job.id })
      .unwrap()
      .then((now) => toast(toldOf(now, () => void retry(job))))
      .catch(toastProblem);
  return { cancel, retry, busy: cancelling.isLoading || retrying.isLoading };
}

function toldOf(job: Job, undo: () => void) {
  if (job.state === "cancelled")
    return { title: `${job.name} cancelled`, action: { label: "Undo", run: undo } };
  return { title: `${job.name} is asked to stop`, detail: "It ends at its next safe point." };
}
