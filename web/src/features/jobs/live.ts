/** Jobs as they move: progress is written into what is shown, a new state asks the server again. */
import { useMemo } from "react";
import { useDispatch, useStore } from "react-redux";
import { api } from "../../lib/api/client";
import type { JobRow } from "../../lib/api/generated";
import type { LiveMessage } from "../../lib/live/client";
import { useLive } from "../../lib/live/live";
import { Gathering } from "../../lib/live/renewal";
import { jobLists, jobsApi } from "./api";

export type JobNews = Pick<JobRow, "id" | "state" | "attempt" | "progress">;

/** What a message tells about one job; null when it tells less or more than that. */
export function newsOf(message: LiveMessage): JobNews | null {
  if (message.type !== "event" || message.kind !== "jobs.job_changed") return null;
  const data = message.data as Partial<JobNews> | null;
  return data && typeof data.id === "string" && typeof data.state === "string" ? (data as JobNews) : null;
}

/** Whether the news is only that the job came further. */
export function isProgress(known: JobNews, news: JobNews): boolean {
  return known.state === news.state && known.attempt === news.attempt;
}

function write(job: JobRow | undefined, news: JobNews): void {
  if (!job || job.id !== news.id) return;
  job.state = news.state;
  job.attempt = news.attempt;
  job.progress = news.progress;
}

type State = Parameters<typeof jobsApi.util.selectCachedArgsForQuery>[0];

export function useLiveJobs(topic = "jobs"): void {
  const dispatch = useDispatch();
  const store = useStore<State>();
  const gathering = useMemo(
    () => new Gathering((tags) => dispatch(api.util.invalidateTags(tags))),
    [dispatch],
  );
  useLive(topic, (message) => {
    const news = newsOf(message);
    if (news === null) return gathering.add(["Job", "Schedule"]);
    let progressOnly = false;
    const patch = (job: JobRow | undefined) => {
      if (job?.id === news.id && isProgress(job, news)) progressOnly = true;
      write(job, news);
    };
    const state = store.getState();
    for (const filters of jobLists.util.selectCachedArgsForQuery(state, "jobPages"))
      dispatch(
        jobLists.util.updateQueryData("jobPages", filters, (draft) => {
          for (const page of draft.pages) for (const job of page.items) patch(job);
        }) as never,
      );
    for (const one of jobsApi.util.selectCachedArgsForQuery(state, "showJob"))
      dispatch(jobsApi.util.updateQueryData("showJob", one, patch) as never);
    if (!progressOnly) gathering.add(["Job", "Schedule"]);
  });
}
