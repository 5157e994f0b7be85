/** The server's endpoints of snapshots, with what they tell about the cache. */
import {
  type Difference,
  type DiffPage,
  type FileEntry,
  generatedApi,
  type Restore,
  type Snapshot,
} from "../../lib/api/generated";
import { type Filters, type KeysetPage, keysetOptions, keysetQuery } from "../../lib/api/keyset";

export const snapshotsApi = generatedApi.enhanceEndpoints({
  endpoints: {
    listTeams: { providesTags: ["Team"] },
    getSnapshot: { providesTags: ["Snapshot"] },
    startSnapshot: { invalidatesTags: ["Snapshot", "Repository"] },
    cancelSnapshot: { invalidatesTags: ["Snapshot"] },
    deleteSnapshot: { invalidatesTags: ["Snapshot", "Repository"] },
    deleteLeftSnapshots: { invalidatesTags: ["Snapshot", "Repository"] },
    undeleteSnapshot: { invalidatesTags: ["Snapshot", "Repository"] },
    startRestore: { invalidatesTags: ["Snapshot"] },
    cancelRestore: { invalidatesTags: ["Snapshot"] },
    getRepository: { providesTags: ["Repository"] },
    checkRepository: { invalidatesTags: ["Repository"] },
    pruneRepository: { invalidatesTags: ["Repository"] },
    cancelRepositoryTask: { invalidatesTags: ["Repository"] },
    showSnapshotCost: { providesTags: ["Snapshot", "Repository"] },
    getRetention: { providesTags: ["Retention"] },
    putRetention: { invalidatesTags: ["Retention"] },
  },
});

export interface FolderName {
  snapshotId: string;
  path: string;
}

export interface Pair {
  from: string;
  to: string;
  change?: string | undefined;
  words?: string | undefined;
}

export const snapshotLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    snapshotPages: build.infiniteQuery<KeysetPage<Snapshot>, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/snapshots"),
      providesTags: ["Snapshot"],
    }),
    restorePages: build.infiniteQuery<KeysetPage<Restore>, string, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg, pageParam }) => ({
        url: `/api/v1/snapshots/${encodeURIComponent(queryArg)}/restores`,
        params: { cursor: pageParam, limit: 20 },
      }),
      providesTags: ["Snapshot"],
    }),
    // What is in a complete snapshot never changes, so nothing makes these old.
    filePages: build.infiniteQuery<KeysetPage<FileEntry>, FolderName, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg: { snapshotId, path }, pageParam }) => ({
        url: `/api/v1/snapshots/${encodeURIComponent(snapshotId)}/files`,
        params: { path, cursor: pageParam, limit: 200 },
      }),
    }),
    differencePages: build.infiniteQuery<DiffPage, Pair, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg: { from, to, ...sieve }, pageParam }) => ({
        url: `/api/v1/snapshots/${encodeURIComponent(from)}/diff/${encodeURIComponent(to)}`,
        params: { ...sieve, cursor: pageParam, limit: 200 },
      }),
    }),
  }),
});

export type Change = Difference["change"];
