/** All snapshots with what they cost, the state of the repository that they lie in, and taking another one. */
import { Camera, SlidersHorizontal } from "lucide-react";
import { useSearchParams } from "react-router";
import { Button, ButtonLink } from "../../components/Button";
import { Page } from "../../components/Page";
import { useAllowed } from "../../lib/session/me";
import { LeftSnapshots } from "./LeftSnapshots";
import { FollowOwners, useOwners } from "./owners";
import { Repository } from "./Repository";
import { SnapshotTable } from "./SnapshotTable";
import { TakeSnapshot } from "./TakeSnapshot";

export function Snapshots() {
  const [params, setParams] = useSearchParams();
  const owners = useOwners();
  const writes = useAllowed("snapshots:write");
  const teamId = params.get("team_id");
  const show = (open: boolean) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (open) next.set("new", "1");
        else next.delete("new");
        return next;
      },
      { replace: true },
    );
  return (
    <Page
      wide
      title="Snapshots"
      description="What was on a machine, kept deduplicated and compressed, and put back fast."
      actions={
        <>
          <ButtonLink
            to={`/snapshots/retention${teamId ? `?team_id=${teamId}` : ""}`}
            icon={SlidersHorizontal}
          >
            Retention
          </ButtonLink>
          <Button weight="primary" icon={Camera} disabled={!writes} onClick={() => show(true)}>
            Take a snapshot
          </Button>
        </>
      }
    >
      <FollowOwners owners={owners} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        <Repository teamId={teamId} name={owners.find((owner) => owner.teamId === teamId)?.name} />
        <LeftSnapshots />
        <SnapshotTable owners={owners} onTake={() => show(true)} />
      </div>
      <TakeSnapshot open={writes && params.has("new")} onOpenChange={show} owners={owners} teamId={teamId} />
    </Page>
  );
}
