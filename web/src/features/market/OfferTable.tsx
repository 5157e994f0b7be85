/** The offers that fit, as a table or as cards; what changes glows in its place and does not move under a pointer. */
import { Columns3, Copy, Eye, ListFilter, Plus, Rocket } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { MenuItem } from "../../components/Menu";
import { Picker } from "../../components/Select";
import { Skeleton } from "../../components/Skeleton";
import { ErrorState, StaleNotice } from "../../components/states";
import type { Offer } from "../../lib/api/generated";
import { copyText } from "../../lib/clipboard";
import { useNarrow } from "../../lib/media";
import { toast } from "../../lib/toasts";
import { columnsFor } from "./columns";
import { Filters } from "./Filters";
import { FIRST, fingerprintOf, MOST, type OfferList, type Shown } from "./list";
import { EmptyMarket, isEmptyMarket, NoMatch, RefusedFilter } from "./Nothing";
import { offerName } from "./names";
import { OfferCard } from "./OfferCard";
import { queryFault } from "./QueryBox";
import { ReliabilityFilter } from "./ReliabilityFilter";
import { flag, one, sortingOf, sortOf } from "./search";
import { toggle } from "./tray";
import type { SearchState } from "./useSearch";

/** So many rows before the end of what is loaded the next page is fetched; the first page is a short one. */
const AHEAD = 250;
const AHEAD_FIRST = 40;

interface Props {
  state: SearchState;
  list: OfferList;
  shown: Shown;
}

export function OfferTable({ state, list, shown }: Props) {
  const { search, change, usualSort } = state;
  const navigate = useNavigate();
  const narrow = useNarrow();
  const spot = flag(search, "spot");
  const open = useCallback((offer: Offer) => void navigate(`/market/${offer.id}`), [navigate]);
  const order = useMemo(
    () => ({
      value: sortingOf(search, usualSort),
      onChange: (sorting: ReturnType<typeof sortingOf>) => change({ sort: sortOf(sorting, usualSort) }),
    }),
    [search, change, usualSort],
  );
  const more = useMemo(
    () => ({ has: list.hasMore, busy: shown.fetchingMore || shown.asking, load: list.more }),
    [list, shown],
  );
  // A finger leaves no trace between two touches, so cards stay until they are told to move.
  useEffect(() => {
    if (narrow) list.hold(true);
  }, [list, narrow]);
  const onRange = useCallback((_first: number, last: number) => list.see(last), [list]);
  const { head, rows } = shown;
  return (
    <>
      <Notices {...{ list, shown }} />
      <DataTable
        id="market"
        label="Offers"
        columns={columnsFor(spot)}
        rows={rows}
        rowKey={idOf}
        rowName={offerName}
        onOpen={open}
        actions={actions}
        fingerprint={fingerprintOf}
        order={order}
        more={more}
        total={head ? Math.min(head.total, MOST) : undefined}
        ahead={rows.length <= FIRST ? AHEAD_FIRST : AHEAD}
        old={shown.asking}
        onRange={onRange}
        onHold={list.hold}
        card={narrow ? (offer) => <OfferCard offer={offer} spot={spot} /> : undefined}
        toolbar={<Toolbar {...{ state, shown, narrow }} />}
        summary={null}
        empty={<Nothing {...{ state, list, shown }} />}
        hotkeys
        recycles
        fill
        className="min-h-0 flex-1"
      />
    </>
  );
}

const idOf = (offer: Offer) => offer.id;

function actions(offer: Offer): ReactNode {
  return <RowActions offer={offer} />;
}

function RowActions({ offer }: { offer: Offer }) {
  const navigate = useNavigate();
  const copy = async () => {
    if (await copyText(offer.id)) toast({ title: "Offer id copied" });
  };
  return (
    <>
      <MenuItem icon={Eye} keys="Enter" onSelect={() => void navigate(`/market/${offer.id}`)}>
        Open
      </MenuItem>
      {offer.available && !offer.is_blacklisted && (
        <MenuItem icon={Rocket} onSelect={() => void navigate(`/deploy?offer=${offer.id}`)}>
          Deploy
        </MenuItem>
      )}
      <MenuItem icon={Columns3} onSelect={() => toggle(offer)}>
        Lay aside to compare
      </MenuItem>
      <MenuItem icon={Copy} onSelect={() => void copy()}>
        Copy offer id
      </MenuItem>
    </>
  );
}

const sorts = [
  { value: "price", label: "Cheapest" },
  { value: "effective_price", label: "Lowest effective price" },
  { value: "-g_score", label: "Highest G-score" },
  { value: "-reliability", label: "Most reliable" },
  { value: "-vram", label: "Most memory" },
  { value: "-tflops_per_dollar", label: "Most TFLOPS for a dollar" },
] as const;

interface ToolbarProps {
  state: SearchState;
  shown: Shown;
  narrow: boolean;
}

function Toolbar({ state, shown, narrow }: ToolbarProps) {
  const [all, showAll] = useState(false);
  if (narrow) return <PhoneToolbar state={state} shown={shown} />;
  return (
    <>
      <Filters state={state} show={all ? "all" : "usual"} />
      {!all && (
        <Button weight="ghost" size="sm" icon={Plus} onClick={() => showAll(true)}>
          More
        </Button>
      )}
    </>
  );
}

/** On a phone the filters are folded away, and the order, which has no header there, is a choice. */
function PhoneToolbar({ state, shown }: Omit<ToolbarProps, "narrow">) {
  const { search, change, usualSort } = state;
  const [open, setOpen] = useState(false);
  const sort = one(search, "sort") ?? usualSort;
  const options = sorts.some((each) => each.value === sort)
    ? sorts
    : [...sorts, { value: sort, label: sort }];
  return (
    <>
      <Picker
        label="Order"
        value={sort}
        options={options}
        onChange={(next) => change({ sort: next === usualSort ? null : next })}
        className="h-7 min-w-40 flex-1 text-xs"
      />
      <Button size="sm" icon={ListFilter} aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters
      </Button>
      <ReliabilityFilter search={search} change={change} hidden={shown.head?.hidden} />
      <div className="flex w-full flex-wrap gap-2 empty:hidden">
        <Filters state={state} show={open ? "all" : "set"} />
      </div>
    </>
  );
}

function Notices({ list, shown }: Omit<Props, "state">) {
  const { head, problem } = shown;
  const behind = head && problem && queryFault(problem) === null && shown.rows.length > 0;
  return (
    <>
      {behind && (
        <div className="mb-3">
          <StaleNotice since={new Date(shown.at).toISOString()} onRetry={() => list.retry()} />
        </div>
      )}
    </>
  );
}

function Nothing({ state, list, shown }: Props) {
  const { head, problem, asking } = shown;
  if (problem) {
    const refused = problem.status === 422 && (
      <RefusedFilter problem={problem} search={state.search} replace={state.replace} />
    );
    return refused || <ErrorState problem={problem} onRetry={() => list.retry()} busy={asking} />;
  }
  if (!head) return <TableSkeleton />;
  if (isEmptyMarket(head)) return <EmptyMarket head={head} />;
  return <NoMatch search={state.search} head={head} replace={state.replace} />;
}

function TableSkeleton() {
  return (
    <div role="status" aria-label="Loading offers" className="divide-y divide-line">
      {Array.from({ length: 18 }, (_, row) => (
        <div key={row} className="flex h-8 items-center gap-6 px-3">
          <Skeleton className="size-4" />
          <Skeleton className="h-3 w-40" />
          <Skeleton className="hidden h-3 w-24 sm:block" />
          <Skeleton className="hidden h-3 w-24 md:block" />
          <Skeleton className="ml-auto h-3 w-16" />
          <Skeleton className="h-3 w-16" />
        </div>
      ))}
    </div>
  );
}
