/** Who is signed in and what they may do. */
import { generatedApi } from "../api/generated";
import { allows, type Permission } from "../permissions";
import { useSession } from "./session";

export function useMe() {
  const state = useSession();
  const skip = state !== "signed-in" && state !== "ended";
  return generatedApi.endpoints.getMe.useQuery(undefined, { skip });
}

export function useAllowed(needed: Permission | null): boolean {
  const { data } = useMe();
  return allows(data?.permissions, needed);
}
