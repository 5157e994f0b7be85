/** The table: virtual rows under a header that stays, sorting, columns to choose, keyboard, and cards on a phone. */
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type ReactNode, type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { cx } from "../lib/classes";
import { useNarrow } from "../lib/media";
import { count } from "../lib/numbers";
import { useRemembered } from "../lib/remembered";
import { DataCards } from "./DataCards";
import { DataGrid } from "./DataGrid";
import { TableMenu } from "./dataTableHeader";
import { fitting } from "./tracks";

export interface Column<Row> {
  id: string;
  title: string;
  /** `stop` is the tab index of what can be pressed in it. */
  cell: (row: Row, stop: 0 | -1) => ReactNode;
  /** What a button with this column's id as `data-peek` opens to. */
  peek?: (row: Row) => ReactNode;
  /** What the column is sorted by; without it the header is no button. */
  sortBy?: (row: Row) => string | number;
  /** The server sorts by it, where the table's order is the server's. */
  sorts?: boolean;
  /** The first press shows the highest first. */
  highestFirst?: boolean;
  align?: "left" | "right";
  /** Pixels that its content needs; columns without a width, and those that grow, share what is left. */
  width?: number;
  grows?: boolean;
  /** Where the column stands on a card: the head line, the side of it, a line below, or nowhere. */
  card?: "head" | "aside" | "line" | "none";
  hidden?: boolean;
  /** Seen only where there is room, or much room, unless somebody chose it. */
  roomy?: boolean | "very";
  /** Its cell is a link to the row, so a card needs no other. */
  link?: boolean;
  fixed?: boolean;
  /** Its title is for screen readers only. */
  silent?: boolean;
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
  /** The order is the server's: rows come sorted, and a header asks for another order. */
  order?: { value: SortingState; onChange: (sorting: SortingState) => void } | undefined;
  /** How many rows there are in all, loaded or not; the scroll bar is as long as that. */
  total?: number | undefined;
  /** Instead of the number of rows; null where it stands elsewhere. */
  summary?: ReactNode;
  /** Takes the height that its parent leaves, instead of one of its own. */
  fill?: boolean;
  /** So many rows before the end of what is loaded the next page is asked for. */
  ahead?: number;
  /** A card of the list's own on a phone. */
  card?: ((row: Row) => ReactNode) | undefined;
  /** Newer rows are being asked for. */
  old?: boolean;
  /** The rows that are drawn have changed. */
  onRange?: ((first: number, last: number) => void) | undefined;
  /** Somebody points at a row or stands on one, so rows must not move. */
  onHold?: ((held: boolean) => void) | undefined;
  /** Stands left of the table's own menu: search and filters. */
  toolbar?: ReactNode;
  /** On a phone it has a row of its own. */
  toolbarAlone?: boolean;
  /** Cells keep nothing of their own, so that a row that leaves is drawn again as the one that comes. */
  recycles?: boolean;
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
const noRows: never[] = [];

export type Density = "compact" | "comfortable";
const rowHeights: Record<Density, number> = { compact: 32, comfortable: 44 };

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { id, columns, rows, rowKey, toolbar, order } = props;
  const narrow = useNarrow();
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const [density, setDensity] = useRemembered<Density>(`table.${id}.density`, "compact");
  const [visibility, setVisibility] = useRemembered<Record<string, boolean>>(
    `table.${id}.columns`,
    startOf(columns),
  );
  const [sorting, setSorting] = useState<SortingState>(props.initialSort ?? noSort);
  const data = useMemo(() => (order ? noRows : [...rows]), [rows, order]);
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
  const menuToo = props.actions !== undefined;
  const fit = useMemo(
    () => fitting(columns, visibility, { room, menu: menuToo }),
    [columns, visibility, room, menuToo],
  );
  const isShown = (column: Column<Row>) => fit.has(column.id);
  const shown = useMemo(() => columns.filter((column) => fit.has(column.id)), [columns, fit]);
  const sorted = order ? rows : table.getRowModel().rows.map((row) => row.original);
  const sorts = order ? { sorting: order.value, setSorting: order.onChange } : { sorting, setSorting };
  const menu = (
    <TableMenu {...{ columns, isShown, visibility, setVisibility, density, setDensity, narrow }} />
  );
  return (
    <div ref={box} className={cx("flex min-h-0 flex-col", props.className)}>
      <div className="flex min-h-8 flex-wrap items-center gap-2 pb-3">
        <div
          className={cx(
            "flex min-w-0 flex-wrap items-center gap-2",
            narrow && props.toolbarAlone ? "basis-full" : "flex-1",
          )}
        >
          {toolbar}
        </div>
        {props.summary === undefined ? (
          <span className="figures text-xs text-ink-3">
            {count(rows.length)}
            {props.more?.has ? "+" : ""} {rows.length === 1 ? "row" : "rows"}
          </span>
        ) : (
          props.summary
        )}
        {!(narrow && props.card) && menu}
      </div>
      {rows.length === 0 ? (
        <div className="rounded border border-line">{props.empty}</div>
      ) : narrow ? (
        <DataCards {...props} columns={shown} rows={sorted} />
      ) : (
        <DataGrid
          {...props}
          columns={shown}
          rows={sorted}
          height={rowHeights[density]}
          room={room}
          {...sorts}
        />
      )}
    </div>
  );
}

/** Its border stands on both sides. */
const BORDERS = 2;

/** Pixels there are for the table's columns. */
function useRoom(box: RefObject<HTMLElement | null>): number {
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setRoom(element.clientWidth - BORDERS);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return room;
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
