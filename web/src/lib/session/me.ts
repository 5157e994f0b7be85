/** Who is signed in and what they may do. */
import { generatedApi } from "../api/generated";
import { allows, type Permission } from "../permissions";
import { useSession } from "./session";

// Here and not with the other endpoints of accounts, whose code comes later than the first answer to this one: an answer
// that was cached without its tag is never renewed.
const meApi = generatedApi.enhanceEndpoints({ endpoints: { getMe: { providesTags: ["Me"] } } });

export function useMe() {
  const state = useSession();
  const skip = state !== "signed-in" && state !== "ended";
  return meApi.endpoints.getMe.useQuery(undefined, { skip });
}

export function useAllowed(needed: Permission | null): boolean {
  const { data } = useMe();
  return allows(data?.permissions, needed);
}
