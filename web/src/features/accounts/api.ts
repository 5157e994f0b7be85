/** The server's endpoints for accounts, with what they tell about the cache; views take their hooks from here. */
import { generatedApi } from "../../lib/api/generated";

export const accountsApi = generatedApi.enhanceEndpoints({
  endpoints: {
    getSystem: { providesTags: ["System"] },
    signUp: { invalidatesTags: ["System"] },
    getMe: { providesTags: ["Me"] },
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
    listProviderKeys: { providesTags: ["ProviderKey"] },
    storeProviderKey: { invalidatesTags: ["ProviderKey"] },
    deleteProviderKey: { invalidatesTags: ["ProviderKey"] },
    listOwnAudit: { providesTags: ["Audit"] },
  },
});
