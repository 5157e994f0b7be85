/** The server's endpoints of machines, their attempts and the blacklist, with what they tell about the cache. */
import {
  type BlacklistEntry,
  generatedApi,
  type MachineAttempt,
  type MachineHistory,
} from "../../lib/api/generated";
import { type Filters, type KeysetPage, keysetOptions, keysetQuery } from "../../lib/api/keyset";

export const historyApi = generatedApi.enhanceEndpoints({
  endpoints: {
    showMachineSummary: { providesTags: ["Machine", "Blacklist"] },
    getMachineHistory: { providesTags: ["Machine", "Blacklist"] },
    addToBlacklist: { invalidatesTags: ["Blacklist", "Machine", "Market"] },
    removeFromBlacklist: { invalidatesTags: ["Blacklist", "Machine", "Market"] },
  },
});

export interface MachineName {
  provider: string;
  machineId: string;
}

export const historyLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    machinePages: build.infiniteQuery<KeysetPage<MachineHistory>, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/machines/history/machines"),
      providesTags: ["Machine", "Blacklist"],
    }),
    attemptPages: build.infiniteQuery<KeysetPage<MachineAttempt>, MachineName, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg: { provider, machineId }, pageParam }) => ({
        url: `/api/v1/machines/history/machines/${encodeURIComponent(provider)}/${encodeURIComponent(machineId)}/attempts`,
        params: { cursor: pageParam, limit: 50 },
      }),
      providesTags: ["Machine"],
    }),
    blacklistPages: build.infiniteQuery<KeysetPage<BlacklistEntry>, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/machines/history/blacklist"),
      providesTags: ["Blacklist"],
    }),
  }),
});
