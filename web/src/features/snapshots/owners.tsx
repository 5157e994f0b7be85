/** Whose snapshots are shown: one's own and those of one's teams, each followed live. */
import { useMe } from "../../lib/session/me";
import { snapshotsApi } from "./api";
import { useLiveSnapshots } from "./live";

export interface Owner {
  id: string;
  name: string;
  /** Null for oneself. */
  teamId: string | null;
}

export function useOwners(): Owner[] {
  const { data: me } = useMe();
  const { data: teams } = snapshotsApi.useListTeamsQuery({ limit: 100 });
  if (!me) return [];
  return [
    { id: me.id, name: "Your own", teamId: null },
    ...(teams?.items ?? []).map((team) => ({ id: team.id, name: team.name, teamId: team.id })),
  ];
}

/** Draws nothing. */
export function FollowOwners({ owners }: { owners: readonly Owner[] }) {
  return owners.map((owner) => <Follower key={owner.id} id={owner.id} />);
}

function Follower({ id }: { id: string }) {
  useLiveSnapshots(`snapshots:${id}`);
  return null;
}
