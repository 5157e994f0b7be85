/** Snapshots in a table, the newest first; filters stand in the address. */
import {
  Camera,
  Eye,
  GitCompareArrows,
  Layers,
  RotateCcw,
  Search,
  Square,
  Trash2,
  Undo2,
} from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Snapshot } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { count } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { snapshotLists, snapshotsApi } from "./api";
import { DeleteSnapshot } from "./DeleteSnapshot";
import { MonthCost, None, Ratio, Size, stateLooks } from "./figures";
import type { Owner } from "./owners";
import { Placed } from "./Placed";
import { RestoreDialog } from "./RestoreDialog";
import { StateLine } from "./Underway";
import { useSnapshotActions } from "./useSnapshotActions";
import { beforeOf, diffPath, isOpen, isReadable, isRestic } from "./words";

const columns: Column<Snapshot>[] = [
  {
    id: "label",
    title: "Label",
    cell: (snapshot) => (
      <Placed of={snapshot}>
        <Link
          to={`/snapshots/${snapshot.id}`}
          className="inline-flex min-h-6 max-w-full items-center font-medium hover:underline"
        >
          <span className="truncate">{snapshot.label}</span>
          {isRestic(snapshot) && <Mark word="restic" />}
          {snapshot.left_at && <Mark word="destroyed" />}
          {snapshot.kept_at && <Mark word="kept" />}
          {snapshot.unread > 0 && <Mark word={`${snapshot.unread} unread`} />}
        </Link>
      </Placed>
    ),
    fixed: true,
    link: true,
  },
  { id: "taken", title: "Taken", cell: (snapshot) => <Time at={snapshot.created_at} />, width: 92 },
  {
    id: "state",
    title: "State",
    cell: (snapshot) => <StateLine snapshot={snapshot} />,
    width: 168,
    card: "aside",
  },
  {
    id: "files",
    title: "Files",
    cell: (snapshot) => <Files of={snapshot.files} />,
    align: "right",
    width: 84,
  },
  {
    id: "size",
    title: "Size",
    cell: (snapshot) => <Size bytes={snapshot.bytes} />,
    align: "right",
    width: 92,
  },
  {
    id: "new",
    title: "New",
    cell: (snapshot) => <Size bytes={snapshot.new_bytes} />,
    align: "right",
    width: 92,
  },
  {
    id: "stored",
    title: "Stored",
    cell: (snapshot) => <Size bytes={snapshot.stored_bytes} />,
    align: "right",
    width: 92,
    roomy: true,
  },
  {
    id: "dedup",
    title: "Dedup",
    cell: (snapshot) => <Ratio of={snapshot.dedup_ratio} />,
    align: "right",
    width: 80,
  },
  {
    id: "compression",
    title: "Compression",
    cell: (snapshot) => <Ratio of={snapshot.compression_ratio} />,
    align: "right",
    width: 112,
  },
  {
    id: "cost",
    title: "Cost",
    cell: (snapshot) => <MonthCost of={snapshot.cost_month} bytes={snapshot.unique_bytes} />,
    align: "right",
    width: 124,
  },
];

function Mark({ word }: { word: string }) {
  return (
    <span className="ml-2 shrink-0">
      <Badge>{word}</Badge>
    </span>
  );
}

function Files({ of }: { of: number | null }) {
  return of === null ? <None /> : <span className="figures">{count(of)}</span>;
}

const KEYS = ["label", "state", "left", "since", "before", "team_id"];

/** Labels that are known from what is kept; one that is not among them can still stand in the address. */
function useChoices(owners: readonly Owner[]): FilterChoice[] {
  const { data } = snapshotsApi.useShowSnapshotCostQuery();
  const labels = [...new Set(data?.snapshots.map((each) => each.label))].sort();
  const label: FilterChoice = { key: "label", title: "Label", placeholder: "instance or folder" };
  const teams: FilterChoice = {
    key: "team_id",
    title: "Team",
    options: owners.flatMap(({ teamId, name }) => (teamId ? [{ value: teamId, label: name }] : [])),
  };
  return [
    labels.length ? { ...label, options: labels.map((value) => ({ value, label: value })) } : label,
    {
      key: "state",
      title: "State",
      options: Object.entries(stateLooks).map(([value, { word }]) => ({ value, label: word })),
    },
    { key: "left", title: "Instance", options: [{ value: "true", label: "destroyed" }] },
    { key: "since", title: "Since", moment: true },
    { key: "before", title: "Before", moment: true },
    ...(teams.options?.length ? [teams] : []),
  ];
}

interface TableProps {
  owners: readonly Owner[];
  onTake: () => void;
}

export function SnapshotTable({ owners, onTake }: TableProps) {
  const { values } = useFilters(KEYS);
  const answer = snapshotLists.useSnapshotPagesInfiniteQuery(values);
  const choices = useChoices(owners);
  const navigate = useNavigate();
  const [doomed, doom] = useState<Snapshot | null>(null);
  const [restored, restore] = useState<Snapshot | null>(null);
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <Asked of={answer} loading={<SkeletonRows rows={10} what="snapshots" />}>
        {(data) => (
          <DataTable
            id="snapshots"
            label="Snapshots"
            columns={columns}
            rows={rowsOf(data)}
            rowKey={(snapshot) => snapshot.id}
            rowName={(snapshot) => `${snapshot.label} ${snapshot.id.slice(-8)}`}
            fingerprint={(snapshot) => snapshot.state}
            onOpen={(snapshot) => void navigate(`/snapshots/${snapshot.id}`)}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar choices={choices} />}
            actions={(snapshot) => (
              <Actions snapshot={snapshot} rows={rowsOf(data)} onRestore={restore} onDelete={doom} />
            )}
            empty={filtered ? nothingFits : <NothingYet onTake={onTake} />}
          />
        )}
      </Asked>
      <DeleteSnapshot snapshot={doomed} onClose={() => doom(null)} />
      <RestoreDialog snapshot={restored} onClose={() => restore(null)} />
    </>
  );
}

interface ActionsProps {
  snapshot: Snapshot;
  rows: readonly Snapshot[];
  onRestore: (snapshot: Snapshot) => void;
  onDelete: (snapshot: Snapshot) => void;
}

function Actions({ snapshot, rows, onRestore, onDelete }: ActionsProps) {
  const navigate = useNavigate();
  const writes = useAllowed("snapshots:write");
  const { cancel, undelete } = useSnapshotActions();
  const before = isReadable(snapshot) ? beforeOf(snapshot, rows) : null;
  return (
    <>
      <MenuItem icon={Eye} keys="Enter" onSelect={() => void navigate(`/snapshots/${snapshot.id}`)}>
        Open
      </MenuItem>
      <MenuItem
        icon={RotateCcw}
        disabled={!writes || snapshot.state !== "complete" || isRestic(snapshot)}
        onSelect={() => onRestore(snapshot)}
      >
        Restore
      </MenuItem>
      <MenuItem
        icon={GitCompareArrows}
        disabled={before === null}
        onSelect={() => before && void navigate(diffPath(before, snapshot.id))}
      >
        Compare with the one before
      </MenuItem>
      {snapshot.undo_until && (
        <MenuItem icon={Undo2} disabled={!writes} onSelect={() => void undelete(snapshot)}>
          Take it back
        </MenuItem>
      )}
      {isOpen(snapshot) ? (
        <MenuItem
          icon={Square}
          danger
          disabled={!writes || snapshot.state === "verifying" || snapshot.cancel_requested}
          onSelect={() => void cancel(snapshot)}
        >
          Cancel
        </MenuItem>
      ) : (
        <MenuItem
          icon={Trash2}
          danger
          disabled={!writes || snapshot.state === "deleted"}
          onSelect={() => onDelete(snapshot)}
        >
          Delete
        </MenuItem>
      )}
    </>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No snapshot fits">
    <p>Take a filter away to see more. Deleted ones are shown only when they are asked for.</p>
  </EmptyState>
);

function NothingYet({ onTake }: { onTake: () => void }) {
  const writes = useAllowed("snapshots:write");
  return (
    <EmptyState
      icon={Layers}
      title="No snapshot yet"
      action={
        <Button icon={Camera} disabled={!writes} onClick={onTake}>
          Take a snapshot
        </Button>
      }
    >
      <p>Name a folder here and run one command on the machine that has it. It looks like this:</p>
      <div className="mt-3 text-left">
        <CodeBlock code="dumont snapshots create /workspace --server …" what="example" prompt />
      </div>
    </EmptyState>
  );
}
