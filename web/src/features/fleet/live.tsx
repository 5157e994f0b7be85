/** Instances as they move: an operation that only came further is written into what is shown, the rest is asked again. */
import { useMemo } from "react";
import { useDispatch, useStore } from "react-redux";
import { api } from "../../lib/api/client";
import type { Instance } from "../../lib/api/generated";
import type { Tag } from "../../lib/api/tags";
import type { LiveMessage } from "../../lib/live/client";
import { useLive } from "../../lib/live/live";
import { Gathering } from "../../lib/live/renewal";
import { useMe } from "../../lib/session/me";
import { fleetApi, fleetLists } from "./api";

type Event = Extract<LiveMessage, { type: "event" }>;
type State = Parameters<typeof fleetApi.util.selectCachedArgsForQuery>[0];

export interface OperationTold {
  instance_id: string;
  id: string;
  state: string;
  stage: string;
  percent: number;
}

/** Whether the operation is the one that is shown and only came further in the same stage. */
export function operationWent(
  instance: Pick<Instance, "operation"> | undefined,
  told: OperationTold,
): boolean {
  const shown = instance?.operation;
  if (shown?.id !== told.id || shown.state !== told.state || shown.stage !== told.stage) return false;
  shown.percent = told.percent;
  return true;
}

export function tagsOf({ kind }: Pick<Event, "kind">): Tag[] {
  if (kind === "fleet.budget_reached") return ["Budget"];
  if (kind === "fleet.sampled") return [];
  return kind === "fleet.instance_moved"
    ? ["Instance", "Rental", "Savings", "Standby"]
    : ["Instance", "Rental", "Standby"];
}

/** Follows a topic while the calling view is shown. */
export function useLiveFleet(topic: string | null): void {
  const dispatch = useDispatch();
  const store = useStore<State>();
  const gathering = useMemo(
    () => new Gathering((tags) => dispatch(api.util.invalidateTags(tags)), 400),
    [dispatch],
  );
  useLive(topic, (message) => {
    if (message.type !== "event") return gathering.add(["Instance", "Rental", "Budget", "Standby"]);
    if (message.kind === "fleet.operation_changed" && wrote(message.data as OperationTold, dispatch, store))
      return;
    const tags = tagsOf(message);
    if (tags.length) gathering.add(tags);
  });
}

/** Whether every place that shows the operation could take it in. */
function wrote(
  told: OperationTold,
  dispatch: (action: never) => unknown,
  store: { getState: () => State },
): boolean {
  let went = false;
  const send = dispatch as (action: unknown) => void;
  for (const one of fleetApi.util.selectCachedArgsForQuery(store.getState(), "getInstance"))
    if (one.instanceId === told.instance_id)
      send(
        fleetApi.util.updateQueryData("getInstance", one, (draft) => {
          went = operationWent(draft, told) || went;
        }),
      );
  for (const filters of fleetLists.util.selectCachedArgsForQuery(store.getState(), "instancePages"))
    send(
      fleetLists.util.updateQueryData("instancePages", filters, (draft) => {
        for (const page of draft.pages)
          for (const each of page.items)
            if (each.id === told.instance_id) went = operationWent(each, told) || went;
      }),
    );
  return went;
}

/** One's own fleet and those of one's teams. Draws nothing. */
export function FollowFleet() {
  const { data: me } = useMe();
  const { data: teams } = fleetApi.useListTeamsQuery({ limit: 100 });
  const owners = me ? [me.id, ...(teams?.items ?? []).map((team) => team.id)] : [];
  return owners.map((owner) => <Follower key={owner} owner={owner} />);
}

function Follower({ owner }: { owner: string }) {
  useLiveFleet(`fleet:${owner}`);
  return null;
}
