/** The server's endpoints of scores, ratings and preferences, which pages of several areas ask. */
import { generatedApi } from "../api/generated";

export const machinesApi = generatedApi.enhanceEndpoints({
  endpoints: {
    getReliability: { providesTags: ["Machine"] },
    getReliabilityHistory: { providesTags: ["Machine"] },
    getRatings: { providesTags: ["Machine"] },
    rateMachine: { invalidatesTags: ["Machine"] },
    getReliabilityPreferences: { providesTags: ["Preference"] },
    putReliabilityPreferences: { invalidatesTags: ["Market"] },
  },
});
