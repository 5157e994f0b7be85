/** Choosing one of the latest snapshots that can be looked into. */
import { SelectField } from "../../components/Select";
import type { Snapshot } from "../../lib/api/generated";
import { rowsOf } from "../../lib/api/keyset";
import { absolute } from "../../lib/time";
import { snapshotLists, snapshotsApi } from "./api";
import { isReadable } from "./words";

/** The latest, and those of the given ids however old they are. */
export function useComparable(ids: readonly [string, string]): Snapshot[] {
  const { data } = snapshotLists.useSnapshotPagesInfiniteQuery({ state: "complete" });
  const latest = data ? rowsOf(data).filter(isReadable) : [];
  const known = (id: string) => id === "" || latest.some((each) => each.id === id);
  const first = snapshotsApi.useGetSnapshotQuery({ snapshotId: ids[0] }, { skip: known(ids[0]) });
  const second = snapshotsApi.useGetSnapshotQuery({ snapshotId: ids[1] }, { skip: known(ids[1]) });
  const extra = [first.currentData, second.currentData].filter((each) => each !== undefined);
  const all = new Map([...latest, ...extra].map((each) => [each.id, each]));
  return [...all.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
}

interface Props {
  label: string;
  value: string;
  of: readonly Snapshot[];
  onChange: (id: string) => void;
}

export function SnapshotPicker({ label, value, of, onChange }: Props) {
  return (
    <SelectField
      label={label}
      value={value}
      options={of.map((each) => ({
        value: each.id,
        label: `${each.label}, ${absolute(each.created_at)}`,
        detail: each.root,
      }))}
      onChange={onChange}
    />
  );
}
