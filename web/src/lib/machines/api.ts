/** The server's endpoints of scores, ratings and preferences, which pages of several areas ask. */
import { generatedApi } from "../api/generated";

export interface MachineScore {
  provider: string;
  machine_id: string;
  key: string;
  status: "scored" | "insufficient_data";
  score: number | null;
  score_low: number | null;
  score_high: number | null;
  uptime_percentage: number | null;
  interruption_rate: number | null;
  average_rating: number | null;
  ratings: number;
  days: number;
  data_until: string | null;
  last_calculated: string | null;
  stale: boolean;
}

export interface MachineDay {
  day: string;
  uptime_percentage: number | null;
  interruptions: number | null;
  rentals: number | null;
}

export interface Preferences {
  threshold: number;
  exclude_below_threshold: boolean;
  sort_by_reliability: boolean;
}

export interface Ratings {
  average_rating: number | null;
  ratings: number;
  by_stars: Record<string, number>;
  own: { rating: number; comment: string | null; at: string } | null;
}

const of = (key: string) => `/api/v1/reliability/machines/${encodeURIComponent(key)}`;

export const machinesApi = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    machineScore: build.query<MachineScore, string>({ query: (key) => of(key), providesTags: ["Machine"] }),
    machineDays: build.query<{ items: MachineDay[] }, string>({
      query: (key) => `${of(key)}/history`,
      providesTags: ["Machine"],
    }),
    machineRatings: build.query<Ratings, string>({
      query: (key) => `${of(key)}/ratings`,
      providesTags: ["Machine"],
    }),
    rateMachine: build.mutation<
      { average_rating: number; ratings: number },
      { key: string; rating: number; comment: string | null }
    >({
      query: ({ key, ...body }) => ({ url: `${of(key)}/rate`, method: "POST", body }),
      invalidatesTags: ["Machine"],
    }),
    preferences: build.query<Preferences, void>({
      query: () => "/api/v1/reliability/preferences",
      providesTags: ["Preference"],
    }),
    changePreferences: build.mutation<Preferences, Preferences>({
      query: (body) => ({ url: "/api/v1/reliability/preferences", method: "PUT", body }),
      async onQueryStarted(wanted, { dispatch, queryFulfilled }) {
        const shown = dispatch(machinesApi.util.updateQueryData("preferences", undefined, () => wanted));
        await queryFulfilled.catch(shown.undo);
      },
      invalidatesTags: ["Market"],
    }),
  }),
});
