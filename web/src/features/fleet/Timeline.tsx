/** What has happened to an instance, the newest first: each move with why and by whom. */
import { ArrowRight } from "lucide-react";
import { Asked } from "../../components/Asked";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import { SkeletonLines } from "../../components/Skeleton";
import type { InstanceEvent } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useMe } from "../../lib/session/me";
import { fleetLists } from "./api";
import { StateMark } from "./figures";
import { whoWords } from "./words";

export function Timeline({ instanceId }: { instanceId: string }) {
  const answer = fleetLists.useInstanceEventPagesInfiniteQuery(instanceId);
  const more = moreOf(answer);
  const { data: me } = useMe();
  return (
    <Asked of={answer} loading={<SkeletonLines what="what has happened" lines={5} />}>
      {(data) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <ol className="grid grid-cols-[minmax(0,1fr)]">
            {rowsOf(data).map((event) => (
              <Entry key={event.id} event={event} me={me?.id} />
            ))}
          </ol>
          {more.has && (
            <Button size="sm" busy={more.busy} onClick={more.load} className="justify-self-start">
              Show earlier
            </Button>
          )}
        </div>
      )}
    </Asked>
  );
}

function Entry({ event, me }: { event: InstanceEvent; me: string | undefined }) {
  return (
    <li className="grid grid-cols-[84px_minmax(0,1fr)] gap-x-3 border-t border-line py-2 first:border-t-0">
      <span className="pt-0.5 text-xs text-ink-3">
        <Time at={event.at} />
      </span>
      <div className="min-w-0">
        {event.to_state && (
          <p className="mb-1 flex flex-wrap items-center gap-1.5">
            {event.from_state && (
              <>
                <StateMark state={event.from_state} />
                <ArrowRight aria-label="to" className="size-3 text-ink-3" />
              </>
            )}
            <StateMark state={event.to_state} />
          </p>
        )}
        <p className="[overflow-wrap:anywhere]">
          {event.why} <span className="text-ink-3">by {whoWords(event.who, me)}</span>
        </p>
      </div>
    </li>
  );
}
