/** What differs between two snapshots: how much, and each path; which two, which kind and which paths stand in the address. */
import { ArrowLeftRight, Equal, GitCompareArrows, Minus, Pencil, Plus, Search, UserCog } from "lucide-react";
import { useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Badge, type BadgeTone } from "../../components/Badge";
import { Big, Bigs } from "../../components/Bigs";
import { IconButton } from "../../components/Button";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { DiffPage as Answer, Difference } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { size } from "../../lib/bytes";
import { count, plural } from "../../lib/numbers";
import { type Change, snapshotLists } from "./api";
import { None, Size } from "./figures";
import { SnapshotPicker, useComparable } from "./SnapshotPicker";

export function DiffPage() {
  const [params, setParams] = useSearchParams();
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  const choose = (key: "from" | "to") => (id: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      next.set(key, id);
      return next;
    });
  const swap = () =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      next.set("from", to);
      next.set("to", from);
      return next;
    });
  const comparable = useComparable([from, to]);
  return (
    <Page
      wide
      title="Compare snapshots"
      description="What was added, removed and changed between two of them."
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        <div className="grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] xl:max-w-4xl [&>div]:min-w-0 [&>div]:grid-cols-[minmax(0,1fr)]">
          <SnapshotPicker label="From" value={from} of={comparable} onChange={choose("from")} />
          <IconButton
            label="The other way round"
            icon={ArrowLeftRight}
            disabled={!from || !to}
            onClick={swap}
            className="justify-self-center"
          />
          <SnapshotPicker label="To" value={to} of={comparable} onChange={choose("to")} />
        </div>
        {from && to && from !== to ? (
          <Differences from={from} to={to} />
        ) : (
          <Choose same={from !== "" && from === to} />
        )}
      </div>
    </Page>
  );
}

function Choose({ same }: { same: boolean }) {
  return (
    <div className="rounded border border-line">
      <EmptyState
        icon={same ? Equal : GitCompareArrows}
        title={same ? "That is the same snapshot twice" : "Choose two snapshots"}
      >
        <p>
          {same ? "Choose another one for one of the sides." : "The older one first shows what came since."}{" "}
          Only those that are not encrypted can be compared here.
        </p>
      </EmptyState>
    </div>
  );
}

interface Look {
  word: string;
  tone: BadgeTone;
  icon: typeof Plus;
}

const looks: Record<Change, Look> = {
  added: { word: "Added", tone: "ok", icon: Plus },
  removed: { word: "Removed", tone: "danger", icon: Minus },
  changed: { word: "Changed", tone: "info", icon: Pencil },
  attributes: { word: "Attributes", tone: "neutral", icon: UserCog },
};

const choices: FilterChoice[] = [
  {
    key: "change",
    title: "Kind",
    options: Object.entries(looks).map(([value, { word }]) => ({ value, label: word })),
  },
];

const columns: Column<Difference>[] = [
  {
    id: "path",
    title: "Path",
    cell: ({ path, kind }) => (
      <span className="truncate">
        {path}
        {kind === "folder" && "/"}
      </span>
    ),
    fixed: true,
  },
  {
    id: "change",
    title: "Change",
    cell: (each) => <ChangeMark of={each.change} />,
    width: 128,
    card: "aside",
  },
  {
    id: "before",
    title: "Before",
    cell: (each) => <Side bytes={each.bytes_before} of={each} />,
    align: "right",
    width: 104,
    card: "none",
  },
  {
    id: "after",
    title: "After",
    cell: (each) => <Side bytes={each.bytes_after} of={each} />,
    align: "right",
    width: 104,
  },
  { id: "delta", title: "Difference", cell: (each) => <Delta of={each} />, align: "right", width: 116 },
];

function ChangeMark({ of }: { of: Change }) {
  const { word, tone, icon } = looks[of];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

/** A folder or a link has no size of its own. */
function Side({ bytes, of }: { bytes: number | null; of: Difference }) {
  return of.kind === "folder" || of.kind === "link" ? <None /> : <Size bytes={bytes} />;
}

function Delta({ of }: { of: Difference }) {
  const delta = (of.bytes_after ?? 0) - (of.bytes_before ?? 0);
  if (of.kind === "folder" || of.kind === "link" || of.change === "attributes") return <None />;
  return <span className="figures">{signed(delta)}</span>;
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${size(bytes)}` : size(bytes);
}

function Differences({ from, to }: { from: string; to: string }) {
  const { values } = useFilters(["change", "words"]);
  const answer = snapshotLists.useDifferencePagesInfiniteQuery({ from, to, ...values });
  const filtered = Boolean(values.change || values.words);
  return (
    <Asked of={answer} loading={<SkeletonRows rows={10} what="the differences" />}>
      {(data) => (
        <>
          {data.pages[0] && <Totals of={data.pages[0]} />}
          <DataTable
            id="snapshot-diff"
            label="Differences"
            columns={columns}
            rows={rowsOf(data)}
            rowKey={(each) => each.path}
            rowName={(each) => each.path}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar search={{ key: "words", label: "Search path" }} choices={choices} />}
            empty={filtered ? nothingFits : nothingDiffers}
          />
        </>
      )}
    </Asked>
  );
}

function Totals({ of: { added, removed, changed, attributes } }: { of: Answer }) {
  return (
    <Bigs>
      <Big name="Added" note={plural(added.files, "file")}>
        <Size bytes={added.bytes} />
      </Big>
      <Big name="Removed" note={plural(removed.files, "file")}>
        <Size bytes={removed.bytes} />
      </Big>
      <Big name="Changed" note={`${plural(changed.files, "file")}, size afterwards`}>
        <Size bytes={changed.bytes} />
      </Big>
      <Big name="Attributes" note="permissions or owner alone">
        {count(attributes)}
      </Big>
    </Bigs>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No difference fits">
    <p>Take a filter away to see more.</p>
  </EmptyState>
);
const nothingDiffers = (
  <EmptyState icon={Equal} title="They are the same">
    <p>Every path has the same content, permissions and owner in both.</p>
  </EmptyState>
);
