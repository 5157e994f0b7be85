/** How many offers there are, how many of them are hidden and can be shown, and how old they are. */
import { Skeleton } from "../../components/Skeleton";
import { count } from "../../lib/numbers";
import type { Shown } from "./list";
import { ProviderAges } from "./ProviderAges";
import { hiddenCount } from "./ReliabilityFilter";
import { flag } from "./search";
import type { SearchState } from "./useSearch";

interface Props {
  state: SearchState;
  shown: Shown;
}

export function Summary({ state, shown }: Props) {
  const { head, asking } = shown;
  if (!head) return <Skeleton className="h-3 w-20" />;
  const hidden = flag(state.search, "include_blacklisted") ? 0 : hiddenCount(head.hidden);
  return (
    <span className="figures flex items-center gap-2 text-xs text-ink-3">
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
      <ProviderAges head={head} />
    </span>
  );
}
