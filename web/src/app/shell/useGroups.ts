/** The groups of the navigation for the one who looks: with what the permissions allow. */
import { allows } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";
import { groups, type PlaceGroup } from "../navigation";

export function useGroups(): readonly PlaceGroup[] {
  const { data } = useMe();
  const signedOut = useSession() === "signed-out";
  return groups
    .filter((group) => !signedOut || group.title !== "Account")
    .map((group) => ({
      ...group,
      places: group.places.filter((place) => allows(data?.permissions, place.permission ?? null)),
    }))
    .filter((group) => group.places.length > 0);
}
