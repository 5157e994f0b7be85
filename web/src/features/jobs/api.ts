/** The server's endpoints for jobs, schedules and workers, with what they tell about the cache. */
import { generatedApi, type JobRow, type PagedJobRow } from "../../lib/api/generated";
import { type Filters, keysetOptions, keysetQuery } from "../../lib/api/keyset";

export type Job = JobRow;

export const jobsApi = generatedApi.enhanceEndpoints({
  endpoints: {
    listJobs: { providesTags: ["Job"] },
    showJob: { providesTags: ["Job"] },
    cancelJob: { invalidatesTags: ["Job"] },
    retryJob: { invalidatesTags: ["Job"] },
    listSchedules: { providesTags: ["Schedule"] },
    runSchedule: { invalidatesTags: ["Job", "Schedule"] },
    listWorkers: { providesTags: ["Worker"] },
  },
});

export const jobLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    jobPages: build.infiniteQuery<PagedJobRow, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/jobs"),
      providesTags: ["Job"],
    }),
  }),
});
