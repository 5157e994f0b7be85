/** How many offers there are, how many of them are hidden and can be shown, and how old they are. */
import { ArrowDownUp } from "lucide-react";
import { Skeleton } from "../../components/Skeleton";
import { Tooltip } from "../../components/Tooltip";
import { count } from "../../lib/numbers";
import type { OfferList, Shown } from "./list";
import { ProviderAges } from "./ProviderAges";
import { hiddenCount } from "./ReliabilityFilter";
import { flag } from "./search";
import type { SearchState } from "./useSearch";

interface Props {
  state: SearchState;
  list: OfferList;
  shown: Shown;
}

export function Summary({ state, list, shown }: Props) {
  const { head, asking, waiting } = shown;
  if (!head) return <Skeleton className="h-3 w-20" />;
  const all = flag(state.search, "include_blacklisted");
  const hidden = all ? 0 : hiddenCount(head.hidden);
  return (
    <span className="figures flex min-h-6 items-center gap-2 text-xs text-ink-3">
      {waiting && <NewOrder onShow={() => list.settle()} />}
      <span role="status" aria-busy={asking || undefined}>
        {count(head.total)} {head.total === 1 ? "offer" : "offers"}
      </span>
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => state.change({ include_blacklisted: "true", min_score: null })}
          className="rounded underline decoration-line-2 underline-offset-2 hover:text-ink"
        >
          {count(hidden)} hidden, show all
        </button>
      )}
      {all && (
        <button
          type="button"
          onClick={() => state.change({ include_blacklisted: null })}
          className="rounded underline decoration-line-2 underline-offset-2 hover:text-ink"
        >
          All machines shown, hide the bad ones
        </button>
      )}
      <ProviderAges head={head} />
    </span>
  );
}

/** Beside the figures, so that nothing moves when it comes. */
function NewOrder({ onShow }: { onShow: () => void }) {
  return (
    <span role="status">
      <Tooltip words="The market moved. Rows stay where they are while you look at them; their values are new.">
        <button
          type="button"
          onClick={onShow}
          className="inline-flex h-6 items-center gap-1 rounded bg-info-soft px-1.5 font-medium text-info"
        >
          <ArrowDownUp aria-hidden className="size-3" /> New order, show it
        </button>
      </Tooltip>
    </span>
  );
}
