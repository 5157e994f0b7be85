/** The server's endpoints for accounts, with what they tell about the cache; views take their hooks from here. */
import { generatedApi, type PagedAuditEntry } from "../../lib/api/generated";
import { type Filters, keysetOptions, keysetQuery } from "../../lib/api/keyset";

export const accountsApi = generatedApi.enhanceEndpoints({
  endpoints: {
    showSystem: { providesTags: ["System"] },
    signUp: { invalidatesTags: ["System"] },
    updateMe: { invalidatesTags: ["Me"] },
    changePassword: { invalidatesTags: ["Session"] },
    listSessions: { providesTags: ["Session"] },
    endSession: { invalidatesTags: ["Session"] },
    listApiKeys: { providesTags: ["ApiKey"] },
    createApiKey: { invalidatesTags: ["ApiKey"] },
    deleteApiKey: { invalidatesTags: ["ApiKey"] },
    listTeams: { providesTags: ["Team"] },
    createTeam: { invalidatesTags: ["Team"] },
    getTeam: { providesTags: ["Team"] },
    renameTeam: { invalidatesTags: ["Team"] },
    deleteTeam: { invalidatesTags: ["Team"] },
    inviteToTeam: { invalidatesTags: ["Team"] },
    withdrawInvitation: { invalidatesTags: ["Team"] },
    changeMember: { invalidatesTags: ["Team"] },
    removeMember: { invalidatesTags: ["Team"] },
    listInvitations: { providesTags: ["Invitation"] },
    acceptInvitation: { invalidatesTags: ["Invitation", "Team"] },
    declineInvitation: { invalidatesTags: ["Invitation"] },
    listProviders: { providesTags: ["Provider"] },
    listProviderKeys: { providesTags: ["ProviderKey"] },
    storeProviderKey: { invalidatesTags: ["ProviderKey", "Provider"] },
    deleteProviderKey: { invalidatesTags: ["ProviderKey", "Provider"] },
    listWebhooks: { providesTags: ["Webhook"] },
    createWebhook: { invalidatesTags: ["Webhook"] },
    changeWebhook: { invalidatesTags: ["Webhook"] },
    deleteWebhook: { invalidatesTags: ["Webhook"] },
    testWebhook: { invalidatesTags: ["Webhook"] },
    listWebhookDeliveries: { providesTags: ["Webhook"] },
    listOwnAudit: { providesTags: ["Audit"] },
  },
});

export const accountLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    ownAuditPages: build.infiniteQuery<PagedAuditEntry, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/audit"),
      providesTags: ["Audit"],
    }),
  }),
});
