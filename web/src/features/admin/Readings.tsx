/** Readings that were asked for, as they go on and what came of them. */
import { CircleCheck, CircleX, X } from "lucide-react";
import { IconButton } from "../../components/Button";
import { Bar } from "../../components/Progress";
import type { JobRow, Report } from "../../lib/api/generated";
import { useRenewing } from "../../lib/live/renewing";
import { count } from "../../lib/numbers";
import { adminApi } from "./api";
import { adviceFor } from "./providerStates";

interface Props {
  jobs: readonly { provider: string; job_id: string }[];
  titles: Record<string, string>;
  onClose: () => void;
}

export function Readings({ jobs, titles, onClose }: Props) {
  useRenewing(jobs.length > 0 ? "jobs" : null);
  if (jobs.length === 0) return null;
  return (
    <section aria-label="Readings" className="mb-4 rounded border border-line">
      <header className="flex h-9 items-center justify-between border-b border-line pr-1 pl-3">
        <h2 className="font-medium">Read now</h2>
        <IconButton label="Close" icon={X} size="sm" quiet onClick={onClose} />
      </header>
      <ul className="divide-y divide-line">
        {jobs.map(({ provider, job_id }) => (
          <Reading key={job_id} title={titles[provider] ?? provider} jobId={job_id} />
        ))}
      </ul>
    </section>
  );
}

const ended: readonly JobRow["state"][] = ["succeeded", "failed", "cancelled"];

function Reading({ title, jobId }: { title: string; jobId: string }) {
  const { data: job } = adminApi.useShowJobQuery(
    { jobId },
    { pollingInterval: 1000, skipPollingIfUnfocused: true },
  );
  const over = job && ended.includes(job.state);
  const report = job?.result as Report | null | undefined;
  const failed = over && (job.state !== "succeeded" || Boolean(report?.error_code));
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
      <span className="w-32 shrink-0 font-medium">{title}</span>
      <span role="status" className="min-w-0 flex-1 text-ink-2">
        {over ? (
          <span className="inline-flex items-center gap-1.5">
            {failed ? (
              <CircleX aria-hidden className="size-4 shrink-0 text-danger" />
            ) : (
              <CircleCheck aria-hidden className="size-4 shrink-0 text-ok" />
            )}
            {failed ? wordsOfFailure(job, report) : wordsOf(report)}
          </span>
        ) : (
          <span className="flex items-center gap-3">
            <span className="w-40 shrink-0">
              {job?.state === "running" ? "Reading…" : "Waits for a worker…"}
            </span>
            <span className="hidden flex-1 sm:block">
              <Bar label={`Reading ${title}`} percent={null} />
            </span>
          </span>
        )}
      </span>
    </li>
  );
}

function wordsOf(report: Report | null | undefined): string {
  if (!report) return "Done";
  const { fetched = 0, added = 0, updated = 0, gone = 0, skipped = 0, seconds = 0 } = report;
  const parts = [`${count(fetched)} offers in ${seconds.toFixed(1)} s`];
  if (added + updated + gone === 0) parts.push("nothing changed");
  if (added) parts.push(`${count(added)} new`);
  if (updated) parts.push(`${count(updated)} changed`);
  if (gone) parts.push(`${count(gone)} gone`);
  if (skipped) parts.push(`${count(skipped)} not readable`);
  return parts.join(", ");
}

function wordsOfFailure(job: JobRow, report: Report | null | undefined): string {
  const said = report?.error ?? job.error?.message ?? "It did not end.";
  return `${said} ${adviceFor(report?.error_code ?? null)}`;
}
