/** The server's endpoints for administrators, with what they tell about the cache. */
import { generatedApi, type PagedAuditEntry, type PagedUser } from "../../lib/api/generated";
import { type Filters, keysetOptions, keysetQuery } from "../../lib/api/keyset";

export const adminApi = generatedApi.enhanceEndpoints({
  endpoints: {
    getUser: { providesTags: ["User"] },
    updateUser: { invalidatesTags: ["User"] },
    signOutUser: { invalidatesTags: ["User"] },
    listSettings: { providesTags: ["Setting"] },
    listProviders: { providesTags: ["Provider"] },
    syncProviders: { invalidatesTags: ["Job"] },
    syncProvider: { invalidatesTags: ["Job"] },
    unfreezeProvider: { invalidatesTags: ["Provider", "Audit"] },
    showJob: { providesTags: ["Job"] },
  },
});

export const adminLists = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    userPages: build.infiniteQuery<PagedUser, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/admin/users"),
      providesTags: ["User"],
    }),
    auditPages: build.infiniteQuery<PagedAuditEntry, Filters, string | null>({
      infiniteQueryOptions: keysetOptions,
      query: keysetQuery("/api/v1/admin/audit"),
      providesTags: ["Audit"],
    }),
  }),
});
