/** One job in full: where it stands, what it was given, what came out or what went wrong. */
import { RotateCcw, Square } from "lucide-react";
import { Alert } from "../../components/Alert";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint, CodeBlock, Id } from "../../components/copying";
import { Time } from "../../components/figures";
import { Fact, Facts } from "../../components/Page";
import { Progress } from "../../components/Progress";
import { SkeletonLines } from "../../components/Skeleton";
import { useAllowed } from "../../lib/session/me";
import { absolute, duration } from "../../lib/time";
import { type Job, jobsApi } from "./api";
import { canCancel, canRetry, runSeconds, stateExplained } from "./rules";
import { useJobActions } from "./useJobActions";

export function JobDetail({ jobId }: { jobId: string }) {
  const answer = jobsApi.useShowJobQuery({ jobId });
  return (
    <div className="px-5 pt-1 pb-6">
      <Asked of={answer} loading={<SkeletonLines what="the job" />}>
        {(job) => <Drawn job={job} />}
      </Asked>
    </div>
  );
}

function Drawn({ job }: { job: Job }) {
  const { progress, error } = job;
  return (
    <div className="grid gap-5">
      <div className="grid gap-1.5">
        <p className="flex flex-wrap items-center gap-2.5">
          <span className="text-base font-semibold [overflow-wrap:anywhere]">{job.name}</span>
          <StateBadge state={job.state} />
        </p>
        <p className="text-ink-2">
          {job.cancel_requested && job.state === "running"
            ? "It was asked to stop and ends at its next safe point."
            : stateExplained[job.state]}
        </p>
      </div>
      {progress && job.state === "running" && (
        <Progress
          label={`Progress of ${job.name}`}
          percent={progress.percent ?? null}
          stage={progress.stage}
          done={progress.done}
          total={progress.total}
          unit={progress.unit}
          rate={rateOf(job)}
          eta={progress.eta}
        />
      )}
      {error && (
        <Alert tone="danger" title={error.message}>
          {error.hint && <p className="text-ink-2">{error.hint}</p>}
          <p className="text-xs text-ink-3">
            <code>{error.code}</code>
          </p>
        </Alert>
      )}
      <Actions job={job} />
      <JobFacts job={job} />
      <Values title="Given" values={job.args} />
      {job.result && <Values title="Result" values={job.result} />}
      <CliHint command={`dumont jobs show ${job.id}`} />
    </div>
  );
}

function rateOf(job: Job): number | null {
  const seconds = runSeconds(job);
  if (!job.progress || !seconds || seconds < 1) return null;
  return Math.round((job.progress.done / seconds) * 10) / 10;
}

function Actions({ job }: { job: Job }) {
  const manages = useAllowed("jobs:manage");
  const { cancel, retry, busy } = useJobActions();
  if (!manages || !(canRetry(job) || canCancel(job))) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {canRetry(job) && (
        <Button weight="primary" icon={RotateCcw} busy={busy} onClick={() => void retry(job)}>
          Run again
        </Button>
      )}
      {canCancel(job) && (
        <>
          <Button icon={Square} busy={busy} onClick={() => void cancel(job)}>
            Cancel
          </Button>
          <span className="text-xs text-ink-3">
            {job.state === "running"
              ? "Stops at its next safe point; what it did stays done."
              : "It never starts."}
          </span>
        </>
      )}
    </div>
  );
}

function JobFacts({ job }: { job: Job }) {
  const seconds = runSeconds(job);
  return (
    <Facts>
      <Fact name="Made">
        <Moment at={job.created_at} />
      </Fact>
      <Fact name={job.started_at ? "Started" : "Due"}>
        <Moment at={job.started_at ?? job.run_at} />
      </Fact>
      {job.finished_at && (
        <Fact name="Ended">
          <Moment at={job.finished_at} />
        </Fact>
      )}
      {seconds !== null && <Fact name="Took">{duration(seconds)}</Fact>}
      {job.deadline_at && !job.finished_at && (
        <Fact name="Deadline">
          <Moment at={job.deadline_at} />
        </Fact>
      )}
      <Fact name="Attempt">
        {job.attempt} of {job.attempts_max}
      </Fact>
      <Fact name="Priority">{job.priority}</Fact>
      {job.key && (
        <Fact name="Key">
          <code className="text-xs">{job.key}</code>
        </Fact>
      )}
      {job.worker && (
        <Fact name="Worker">
          <code className="text-xs">{job.worker}</code>
        </Fact>
      )}
      {job.created_by && (
        <Fact name="Made by">
          <Id value={job.created_by} what="id of who made it" />
        </Fact>
      )}
      <Fact name="Id">
        <Id value={job.id} what="job id" />
      </Fact>
    </Facts>
  );
}

function Moment({ at }: { at: string }) {
  return (
    <>
      <Time at={at} /> <span className="text-xs text-ink-3">{absolute(at)}</span>
    </>
  );
}

function Values({ title, values }: { title: string; values: Record<string, unknown> }) {
  if (Object.keys(values).length === 0) return null;
  return (
    <section aria-label={title} className="grid gap-2">
      <h3 className="font-medium">{title}</h3>
      <CodeBlock code={JSON.stringify(values, null, 2)} what={title.toLowerCase()} />
    </section>
  );
}
