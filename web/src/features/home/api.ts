/** What the start page asks: a glance at several areas. */
import { generatedApi } from "../../lib/api/generated";

export const homeApi = generatedApi.enhanceEndpoints({
  endpoints: {
    showSystem: { providesTags: ["System"] },
    listApiKeys: { providesTags: ["ApiKey"] },
    listTeams: { providesTags: ["Team"] },
    listInvitations: { providesTags: ["Invitation"] },
    listProviderKeys: { providesTags: ["ProviderKey"] },
    listInstances: { providesTags: ["Instance"] },
    listRentals: { providesTags: ["Rental"] },
    listJobs: { providesTags: ["Job"] },
    listWorkers: { providesTags: ["Worker"] },
  },
});
