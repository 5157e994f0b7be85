/** The server's endpoints of the fleet, with what they tell about the cache. */
import {
  type CostingRentals,
  generatedApi,
  type Instance,
  type InstanceEvent,
  type Operation,
} from "../../lib/api/generated";
import { type Filters, type KeysetPage, keysetOptions, keysetQuery } from "../../lib/api/keyset";

const moved = { invalidatesTags: ["Instance", "Rental"] as ("Instance" | "Rental")[] };

export const fleetApi = generatedApi.enhanceEndpoints({
  endpoints: {
    listTeams: { providesTags: ["Team"] },
    getInstance: { providesTags: ["Instance"] },
    launchInstance: { invalidatesTags: (answer) => (answer?.dry_run ? [] : moved.invalidatesTags) },
    changeInstance: moved,
    destroyInstance: moved,
    pauseInstance: moved,
    resumeInstance: moved,
    hibernateInstance: moved,
    wakeInstance: moved,
    snapshotInstance: moved,
    failOverInstance: moved,
    putInstanceOnStandby: moved,
    keepInstanceAwake: moved,
    reportInstanceProgress: moved,
    cancelOperation: moved,
    showInstanceProof: { providesTags: ["Instance"] },
    showInstanceReceipt: { providesTags: ["Instance"] },
    showStandbys: { providesTags: ["Standby"] },
    showInstanceStandby: { providesTags: ["Standby"] },
    putStandbyUsual: { invalidatesTags: ["Standby"] },
    putInstanceStandby: { invalidatesTags: ["Standby", "Instance"] },
    testInstanceStandby: { invalidatesTags: ["Standby", "Instance"] },
    showWhyAwake: { providesTags: ["Instance"] },
    listInstanceSchedules: { providesTags: ["Schedule"] },
    addInstanceSchedule: { invalidatesTags: ["Schedule", "Instance"] },
    removeInstanceSchedule: { invalidatesTags: ["Schedule", "Instance"] },
    showRealSavings: { providesTags: ["Savings"] },
    showFleetFigures: { providesTags: ["Savings"] },
    showBudget: { providesTags: ["Budget"] },
    putBudget: { invalidatesTags: ["Budget"] },
  },
});

export const fleetLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    instancePages: build.infiniteQuery<KeysetPage<Instance>, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/instances"),
      providesTags: ["Instance"],
    }),
    instanceEventPages: build.infiniteQuery<KeysetPage<InstanceEvent>, string, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg, pageParam }) => ({
        url: `/api/v1/instances/${encodeURIComponent(queryArg)}/events`,
        params: { cursor: pageParam, limit: 30 },
      }),
      providesTags: ["Instance"],
    }),
    rentalPages: build.infiniteQuery<CostingRentals, boolean, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg: everyone, pageParam }) => ({
        url: "/api/v1/rentals",
        params: { all: everyone || undefined, cursor: pageParam, limit: 100 },
      }),
      providesTags: ["Rental"],
    }),
    instanceOperationPages: build.infiniteQuery<KeysetPage<Operation>, string, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: ({ queryArg, pageParam }) => ({
        url: `/api/v1/instances/${encodeURIComponent(queryArg)}/operations`,
        params: { cursor: pageParam, limit: 20 },
      }),
      providesTags: ["Instance"],
    }),
  }),
});
