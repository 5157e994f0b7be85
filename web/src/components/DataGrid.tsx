/** The rows of a table where there is room: only those in sight are drawn, the header stays, the keyboard moves over them. */
import type { SortingState } from "@tanstack/react-table";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { cx } from "../lib/classes";
import { useHotkeys } from "../lib/hotkeys";
import { DataRow } from "./DataRow";
import type { DataTableProps } from "./DataTable";
import { HeaderCell } from "./dataTableHeader";

interface GridProps<Row> extends DataTableProps<Row> {
  height: number;
  sorting: SortingState;
  setSorting: (sorting: SortingState) => void;
}

const ACTIONS_WIDTH = 44;
const LEAST_WIDTH = 180;
/** So many rows before the end the next page is asked for. */
const AHEAD = 10;

export function DataGrid<Row extends object>(props: GridProps<Row>) {
  const { columns, rows, rowKey, height, label, more, actions, total, ahead = AHEAD, onRange } = props;
  const box = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: Math.max(rows.length, total ?? 0),
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (at) => (rows[at] ? rowKey(rows[at]) : at),
    overscan: 6,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what changed
  useEffect(() => {
    virtual.measure();
  }, [height, virtual]);
  const drawn = virtual.getVirtualItems();
  const first = drawn[0]?.index ?? 0;
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more?.has && !more.busy && last >= rows.length - ahead) more.load();
  }, [last, rows.length, more, ahead]);
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const held = useRef(new Set<string>());
  const hold = (by: "pointer" | "focus", on: boolean) => {
    if (on) held.current.add(by);
    else held.current.delete(by);
    props.onHold?.(held.current.size > 0);
  };
  const least = columns.reduce(
    (sum, column) => sum + (column.width ?? LEAST_WIDTH),
    actions ? ACTIONS_WIDTH : 0,
  );
  return (
    <section
      ref={box}
      aria-label={`${label}, scrolls`}
      tabIndex={0}
      aria-busy={props.old || undefined}
      onPointerEnter={() => hold("pointer", true)}
      onPointerLeave={() => hold("pointer", false)}
      onFocus={() => hold("focus", true)}
      onBlur={(event) => hold("focus", event.currentTarget.contains(event.relatedTarget))}
      className={cx(
        "thin-scroll overflow-auto rounded border border-line bg-surface outline-offset-[-2px]",
        props.fill ? "min-h-0 flex-1" : "max-h-[max(320px,calc(100dvh-212px))]",
      )}
    >
      <table
        aria-label={label}
        aria-rowcount={total ? total + 1 : more?.has ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0"
        style={{ minWidth: least }}
      >
        <Head {...props} />
        <Body {...props} virtual={virtual} box={box} />
      </table>
      {more?.busy && !total && (
        <p role="status" className="py-2 text-center text-xs text-ink-3">
          Loading more…
        </p>
      )}
    </section>
  );
}

function Head<Row extends object>({ columns, actions, sorting, setSorting }: GridProps<Row>) {
  return (
    <>
      <colgroup>
        {columns.map((column) => (
          <col key={column.id} style={column.width ? { width: column.width } : undefined} />
        ))}
        {actions && <col style={{ width: ACTIONS_WIDTH }} />}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} sorting={sorting} setSorting={setSorting} />
          ))}
          {actions && (
            <th scope="col" className="sticky top-0 right-0 z-20 border-b border-line bg-canvas">
              <span className="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
    </>
  );
}

interface BodyProps<Row> extends GridProps<Row> {
  virtual: Virtualizer<HTMLElement, Element>;
  box: RefObject<HTMLElement | null>;
}

function Body<Row extends object>({ virtual, box, rows, height, columns, ...props }: BodyProps<Row>) {
  const { active, setActive, move } = useActiveRow(rows.length, (at) => virtual.scrollToIndex(at), box);
  useHotkeys(props.hotkeys ? { j: () => move(1), k: () => move(-1) } : {});
  const items = virtual.getVirtualItems();
  return (
    <tbody>
      <Spacer height={items[0]?.start ?? 0} />
      {items.map((item) => {
        const row = rows[item.index];
        if (!row)
          return <Unloaded key={item.key} height={height} span={columns.length + (props.actions ? 1 : 0)} />;
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
            actions={props.actions}
            onOpen={props.onOpen}
            onFocus={setActive}
            onMove={move}
          />
        );
      })}
      <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
    </tbody>
  );
}

/** Scrolled to faster than it could be fetched. */
function Unloaded({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={span} className="border-b border-line px-3 py-0">
        <span className="block h-2.5 w-2/3 rounded bg-sunken" />
      </td>
    </tr>
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
  box: RefObject<HTMLElement | null>,
): { active: number; setActive: (at: number) => void; move: (by: number) => void } {
  const [active, setActive] = useState(0);
  const stand = (by: number) => {
    const inside = box.current?.contains(document.activeElement);
    const at = Math.min(total - 1, Math.max(0, inside ? active + by : active));
    setActive(at);
    scroll(at);
    const row = () => box.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${at + 2}"]`);
    // A row outside of the window is drawn only after the scroll.
    if (row()) row()?.focus({ preventScroll: true });
    else requestAnimationFrame(() => row()?.focus({ preventScroll: true }));
  };
  const latest = useRef(stand);
  useEffect(() => {
    latest.current = stand;
  });
  // The same function for ever, so that a scroll draws only the rows that come into sight.
  const move = useCallback((by: number) => latest.current(by), []);
  return { active: Math.min(active, Math.max(0, total - 1)), setActive, move };
}
