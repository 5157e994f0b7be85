/** One row of a table: opens by click and enter, moves by j and k, glows when it changed. */
import { type KeyboardEvent, type MouseEvent, memo, type ReactNode, useEffect, useRef } from "react";
import { cx } from "../lib/classes";
import { CurrentRowContext } from "./currentRow";
import type { Column } from "./DataTable";
import { RowMenu } from "./Menu";

interface Props<Row> {
  row: Row;
  at: number;
  height: number;
  columns: readonly Column<Row>[];
  name: string;
  current: boolean;
  fingerprint: string | undefined;
  actions: ((row: Row) => ReactNode) | undefined;
  onOpen: ((row: Row) => void) | undefined;
  onFocus: (at: number) => void;
  onMove: (by: number) => void;
}

const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

function DrawnRow<Row>(props: Props<Row>) {
  const { row, at, height, columns, name, current, actions, onOpen, onFocus, onMove } = props;
  const line = useGlow(props.fingerprint);
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.metaKey || event.ctrlKey) return;
    const step = steps[event.key];
    if (step !== undefined) onMove(step);
    else if (event.key === "Enter" && onOpen) onOpen(row);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const onControl = (event.target as HTMLElement).closest("a,button,input,label,[role=menuitem]");
    if (!onControl && !window.getSelection()?.toString()) onOpen?.(row);
  };
  return (
    <tr
      ref={line}
      aria-rowindex={at + 2}
      tabIndex={current ? 0 : -1}
      onFocus={(event) => event.target === event.currentTarget && onFocus(at)}
      onKeyDown={press}
      onClick={click}
      style={{ height }}
      className={cx("group/row outline-offset-[-2px] hover:bg-hover", onOpen && "cursor-pointer")}
    >
      <CurrentRowContext value={current}>
        {columns.map((column) => (
          <td
            key={column.id}
            className={cx(
              "truncate border-b border-line px-3 py-0 group-last/row:border-b-0",
              column.align === "right" && "figures text-right",
            )}
          >
            {column.cell(row)}
          </td>
        ))}
        {actions && (
          <td className="sticky right-0 border-b border-line bg-surface px-2 py-0 text-right group-last/row:border-b-0 group-hover/row:bg-hover">
            <RowMenu of={name}>{actions(row)}</RowMenu>
          </td>
        )}
      </CurrentRowContext>
    </tr>
  );
}

export const DataRow = memo(DrawnRow) as typeof DrawnRow;

function useGlow(fingerprint: string | undefined) {
  const line = useRef<HTMLTableRowElement>(null);
  const before = useRef(fingerprint);
  useEffect(() => {
    if (before.current === fingerprint) return;
    before.current = fingerprint;
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    line.current?.animate([{ backgroundColor: "var(--accent-soft)" }, {}], {
      duration: 1200,
      easing: "ease-out",
    });
  }, [fingerprint]);
  return line;
}
