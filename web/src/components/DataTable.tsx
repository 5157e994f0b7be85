/** The table: virtual rows under a header that stays, sorting, columns to choose, keyboard, and cards on a phone. */
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "../lib/classes";
import { useHotkeys } from "../lib/hotkeys";
import { useMedia, useNarrow } from "../lib/media";
import { count } from "../lib/numbers";
import { useRemembered } from "../lib/remembered";
import { DataCards } from "./DataCards";
import { DataRow } from "./DataRow";
import { HeaderCell, TableMenu } from "./dataTableHeader";

export interface Column<Row> {
  id: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** What the column is sorted by; without it the header is no button. */
  sortBy?: (row: Row) => string | number;
  align?: "left" | "right";
  /** Pixels; columns without a width share what is left. */
  width?: number;
  /** Where the column stands on a card: the head line, the side of it, a line below, or nowhere. */
  card?: "head" | "aside" | "line" | "none";
  hidden?: boolean;
  /** Seen only where there is room, unless somebody chose it. */
  roomy?: boolean;
  /** Its cell is a link to the row, so a card needs no other. */
  link?: boolean;
  fixed?: boolean;
}

export interface DataTableProps<Row> {
  /** Names the table for screen readers and for what this browser remembers of it. */
  id: string;
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowName: (row: Row) => string;
  onOpen?: ((row: Row) => void) | undefined;
  /** Menu items of a row. */
  actions?: ((row: Row) => ReactNode) | undefined;
  /** When this text of a row changes, the row glows for a moment. */
  fingerprint?: ((row: Row) => string) | undefined;
  empty: ReactNode;
  /** More rows of a keyset list. */
  more?: { has: boolean; busy: boolean; load: () => void } | undefined;
  initialSort?: SortingState;
  /** Stands left of the table's own menu: search and filters. */
  toolbar?: ReactNode;
  /** j, k and enter work without clicking into the table first. */
  hotkeys?: boolean;
  className?: string;
}

const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: {},
});
const noSort: SortingState = [];

export type Density = "compact" | "comfortable";
const rowHeights: Record<Density, number> = { compact: 32, comfortable: 44 };

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { id, columns, rows, rowKey, toolbar } = props;
  const narrow = useNarrow();
  const roomy = useMedia("(min-width: 1280px)");
  const [density, setDensity] = useRemembered<Density>(`table.${id}.density`, "compact");
  const [visibility, setVisibility] = useRemembered<Record<string, boolean>>(
    `table.${id}.columns`,
    startOf(columns),
  );
  const [sorting, setSorting] = useState<SortingState>(props.initialSort ?? noSort);
  const data = useMemo(() => [...rows], [rows]);
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: rowKey,
    state: { sorting, columnVisibility: visibility },
    onSortingChange: setSorting,
    enableSortingRemoval: true,
  });
  const isShown = (column: Column<Row>) => visibility[column.id] ?? (roomy || !column.roomy);
  const shown = columns.filter(isShown);
  const sorted = table.getRowModel().rows.map((row) => row.original);
  const menu = (
    <TableMenu {...{ columns, isShown, visibility, setVisibility, density, setDensity, narrow }} />
  );
  return (
    <div className={cx("flex min-h-0 flex-col", props.className)}>
      <div className="flex min-h-8 flex-wrap items-center gap-2 pb-3">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">{toolbar}</div>
        <span className="figures text-xs text-ink-3">
          {count(rows.length)}
          {props.more?.has ? "+" : ""} {rows.length === 1 ? "row" : "rows"}
        </span>
        {menu}
      </div>
      {rows.length === 0 ? (
        <div className="rounded border border-line">{props.empty}</div>
      ) : narrow ? (
        <DataCards {...props} columns={shown} rows={sorted} />
      ) : (
        <Grid
          {...props}
          columns={shown}
          rows={sorted}
          height={rowHeights[density]}
          {...{ sorting, setSorting }}
        />
      )}
    </div>
  );
}

function startOf<Row>(columns: readonly Column<Row>[]): Record<string, boolean> {
  return Object.fromEntries(columns.filter((column) => column.hidden).map((column) => [column.id, false]));
}

function definitionOf<Row>(column: Column<Row>) {
  return {
    id: column.id,
    accessorFn: column.sortBy ?? (() => ""),
    enableSorting: column.sortBy !== undefined,
    sortFn: compare,
  };
}

interface Sortable {
  getValue: (id: string) => unknown;
}

function compare(left: Sortable, right: Sortable, id: string): number {
  const a = left.getValue(id) as string | number;
  const b = right.getValue(id) as string | number;
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

interface GridProps<Row> extends DataTableProps<Row> {
  height: number;
  sorting: SortingState;
  setSorting: (sorting: SortingState) => void;
}

function Grid<Row extends object>(props: GridProps<Row>) {
  const { columns, rows, rowKey, height, label, more, actions, onOpen } = props;
  const box = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (at) => rowKey(rows[at] as Row),
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what changed
  useEffect(() => {
    virtual.measure();
  }, [height, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more?.has && !more.busy && last >= rows.length - 10) more.load();
  }, [last, rows.length, more]);
  const { active, setActive, move } = useActiveRow(rows.length, (at) => virtual.scrollToIndex(at), box);
  useHotkeys(props.hotkeys ? { j: () => move(1), k: () => move(-1) } : {});
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={box}
      aria-label={`${label}, scrolls`}
      tabIndex={0}
      className="thin-scroll max-h-[max(320px,calc(100dvh-212px))] overflow-auto rounded border border-line bg-surface outline-offset-[-2px]"
    >
      <table
        aria-label={label}
        aria-rowcount={more?.has ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0"
        style={{ minWidth: columns.reduce((sum, column) => sum + (column.width ?? 180), actions ? 44 : 0) }}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={column.width ? { width: column.width } : undefined} />
          ))}
          {actions && <col style={{ width: 44 }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeaderCell
                key={column.id}
                column={column}
                sorting={props.sorting}
                setSorting={props.setSorting}
              />
            ))}
            {actions && (
              <th scope="col" className="sticky top-0 right-0 z-20 border-b border-line bg-canvas">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {items.map((item) => {
            const row = rows[item.index] as Row;
            return (
              <DataRow
                key={item.key}
                row={row}
                at={item.index}
                height={height}
                columns={columns}
                name={props.rowName(row)}
                current={item.index === active}
                fingerprint={props.fingerprint?.(row)}
                actions={actions}
                onOpen={onOpen}
                onFocus={setActive}
                onMove={move}
              />
            );
          })}
          <Spacer height={below} />
        </tbody>
      </table>
      {more?.busy && (
        <p role="status" className="py-2 text-center text-xs text-ink-3">
          Loading more…
        </p>
      )}
    </section>
  );
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}

/** The row that the keyboard is on. It takes the focus, so that a screen reader speaks it. */
function useActiveRow(
  total: number,
  scroll: (at: number) => void,
  box: React.RefObject<HTMLElement | null>,
): { active: number; setActive: (at: number) => void; move: (by: number) => void } {
  const [active, setActive] = useState(0);
  const move = (by: number) => {
    const inside = box.current?.contains(document.activeElement);
    const at = Math.min(total - 1, Math.max(0, inside ? active + by : active));
    setActive(at);
    scroll(at);
    const row = () => box.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${at + 2}"]`);
    // A row outside of the window is drawn only after the scroll.
    if (row()) row()?.focus({ preventScroll: true });
    else requestAnimationFrame(() => row()?.focus({ preventScroll: true }));
  };
  return { active: Math.min(active, Math.max(0, total - 1)), setActive, move };
}
