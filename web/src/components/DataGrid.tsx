/** The rows of a table where there is room: only those in sight are drawn, the header stays, the keyboard moves over them. */
import type { SortingState } from "@tanstack/react-table";
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useRef } from "react";
import { cx } from "../lib/classes";
import { useHotkeys } from "../lib/hotkeys";
import { useActiveRow } from "./activeRow";
import { DataRow, rowAt, UnloadedRow } from "./DataRow";
import type { Column, DataTableProps } from "./DataTable";
import { HeaderCell } from "./dataTableHeader";
import { useGlowing } from "./glowing";
import { type RowWindow, useRowWindow } from "./rowWindow";
import { useSharedMenu } from "./sharedMenu";
import { useSharedPeek } from "./sharedPeek";
import { leastWidth, MENU_WIDTH, tracksOf } from "./tracks";

interface GridProps<Row> extends DataTableProps<Row> {
  height: number;
  /** Pixels there are for the table. */
  room: number;
  sorting: SortingState;
  setSorting: (sorting: SortingState) => void;
}

const HEAD_HEIGHT = 33;
/** So many rows before the end the next page is asked for. */
const AHEAD = 10;
const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

export function DataGrid<Row extends object>(props: GridProps<Row>) {
  const { columns, rows, height, label, more, actions, total, ahead = AHEAD, onRange } = props;
  const box = useRef<HTMLElement>(null);
  const count = Math.max(rows.length, total ?? 0);
  const { first, last, reveal } = useRowWindow(box, { total: count, height, head: HEAD_HEIGHT });
  useEffect(() => {
    if (more?.has && !more.busy && last >= rows.length - ahead) more.load();
  }, [last, rows.length, more, ahead]);
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const hold = useHold(props.onHold);
  const least = leastWidth(columns, actions !== undefined);
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
        className={cx("grid-table", least > props.room && "grid-overflows")}
        style={{ minWidth: least, "--tracks": tracksOf(columns, actions !== undefined) } as object}
      >
        <Head {...props} />
        <Body {...props} {...{ first, last, reveal, count, box }} />
      </table>
      {more?.busy && !total && (
        <p role="status" className="py-2 text-center text-xs text-ink-3">
          Loading more…
        </p>
      )}
    </section>
  );
}

/** Rows must not move under a pointer, nor under the focus. */
function useHold(onHold: ((held: boolean) => void) | undefined) {
  const held = useRef(new Set<string>());
  return (by: "pointer" | "focus", on: boolean) => {
    if (on) held.current.add(by);
    else held.current.delete(by);
    onHold?.(held.current.size > 0);
  };
}

function Head<Row extends object>({ columns, actions, sorting, setSorting }: GridProps<Row>) {
  return (
    <thead className="grid-head">
      <tr aria-rowindex={1} className="grid-row" style={{ height: HEAD_HEIGHT }}>
        {columns.map((column) => (
          <HeaderCell key={column.id} column={column} sorting={sorting} setSorting={setSorting} />
        ))}
        {actions && (
          <th scope="col" className="grid-pinned" style={{ width: MENU_WIDTH }}>
            <span className="sr-only">Actions</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

interface BodyProps<Row> extends GridProps<Row>, RowWindow {
  count: number;
  reveal: (at: number) => void;
  box: RefObject<HTMLElement | null>;
}

function Body<Row extends object>({ first, last, reveal, box, count, ...props }: BodyProps<Row>) {
  const { rows, height, columns, actions, onOpen } = props;
  const { active, setActive, move } = useActiveRow(rows.length, reveal, box);
  useHotkeys(props.hotkeys ? { j: () => move(1), k: () => move(-1) } : {});
  const body = useRef<HTMLTableSectionElement>(null);
  useGlowing(body, { rows, rowKey: props.rowKey, fingerprint: props.fingerprint });
  const peek = useSharedPeek((at, what) => peekOf(columns, rows[at], what));
  const menu = useSharedMenu(
    (at) => rows[at] && actions?.(rows[at]),
    (at) => (rows[at] ? props.rowName(rows[at]) : ""),
  );
  const press = (event: KeyboardEvent) => {
    if (peek.leave(event.key)) return;
    const at = rowAt(event.target);
    if (at === null || !isRow(event.target) || event.metaKey || event.ctrlKey) return;
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === "Enter" && onOpen && rows[at]) onOpen(rows[at]);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    if (menu.press(event) || peek.press(event)) return;
    const row = rows[rowAt(event.target) ?? -1];
    if (row && onOpen && isOpening(event)) onOpen(row);
  };
  const drawn = slots(first, last, props.recycles ?? false);
  return (
    <>
      <tbody
        ref={body}
        className="grid-body"
        style={{ height: count * height }}
        {...peek.handlers}
        onFocus={(event) => {
          const at = rowAt(event.target);
          if (at !== null) setActive(at);
          peek.handlers.onFocus(event);
        }}
        onKeyDown={press}
        onClick={click}
      >
        {drawn.map(({ at, slot }) => {
          const row = rows[at];
          if (!row) return <UnloadedRow key={slot ?? at} at={at} height={height} />;
          return (
            <DataRow
              key={slot ?? props.rowKey(row)}
              {...{ row, at, height, columns }}
              name={props.rowName(row)}
              current={at === active}
              opens={onOpen !== undefined}
              menu={actions !== undefined}
            />
          );
        })}
      </tbody>
      {peek.panel}
      {actions && menu.menu}
    </>
  );
}

interface Slot {
  at: number;
  slot: number | null;
}

/** In a table that recycles, each row of the screen keeps its place in the document, whichever row of the list it shows. */
function slots(first: number, last: number, recycles: boolean): Slot[] {
  const size = last - first + 1;
  return Array.from({ length: size }, (_, place) => {
    if (!recycles) return { at: first + place, slot: null };
    return { at: first + ((((place - first) % size) + size) % size), slot: place };
  });
}

function peekOf<Row>(columns: readonly Column<Row>[], row: Row | undefined, what: string) {
  const column = columns.find((each) => each.id === what);
  return row && column?.peek ? column.peek(row) : null;
}

function isRow(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.dataset.at !== undefined;
}

/** A press on the row itself, or a plain one on its link: that opens here and not by loading the page anew. */
function isOpening(event: MouseEvent): boolean {
  const target = event.target as HTMLElement;
  const link = target.closest("a[data-open]");
  if (link) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
    event.preventDefault();
    return true;
  }
  const onControl = target.closest("a,button,input,label,[role=menuitem]");
  return !onControl && !window.getSelection()?.toString();
}
