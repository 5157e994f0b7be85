/** One row of a table. A table that recycles draws the row that leaves again as the one that comes: only texts change. */
import { Ellipsis } from "lucide-react";
import { memo } from "react";
import { cx } from "../lib/classes";
import { CurrentRowContext } from "./currentRow";
import type { Column } from "./DataTable";

interface Props<Row> {
  row: Row;
  at: number;
  height: number;
  columns: readonly Column<Row>[];
  name: string;
  /** The keyboard is on it: only here buttons are stops of the tab key. */
  current: boolean;
  opens: boolean;
  /** It ends with the button of its menu. */
  menu: boolean;
}

function DrawnRow<Row>({ row, at, height, columns, name, current, opens, menu }: Props<Row>) {
  const stop = current ? 0 : -1;
  return (
    <tr
      data-at={at}
      aria-rowindex={at + 2}
      tabIndex={stop}
      style={{ height, transform: `translateY(${at * height}px)` }}
      className={cx("grid-row grid-body-row", opens && "cursor-pointer")}
    >
      <CurrentRowContext value={current}>
        {columns.map((column) => (
          <td key={column.id} className={column.align === "right" ? "grid-cell grid-figure" : "grid-cell"}>
            {column.cell(row, stop)}
          </td>
        ))}
        {menu && (
          <td className="grid-cell grid-pinned">
            <button
              type="button"
              data-menu
              tabIndex={stop}
              aria-label={`Actions for ${name}`}
              aria-haspopup="menu"
              className="inline-flex size-6 items-center justify-center rounded align-middle text-ink-3 hover:bg-sunken hover:text-ink"
            >
              <Ellipsis aria-hidden className="size-4" />
            </button>
          </td>
        )}
      </CurrentRowContext>
    </tr>
  );
}

export const DataRow = memo(DrawnRow) as typeof DrawnRow;

/** Scrolled to faster than it could be fetched. */
export const UnloadedRow = memo(function UnloadedRow({ at, height }: { at: number; height: number }) {
  return (
    <tr
      aria-hidden
      style={{ height, transform: `translateY(${at * height}px)` }}
      className="grid-row grid-body-row"
    >
      <td className="grid-cell col-span-full">
        <span className="block h-2.5 w-2/3 rounded bg-sunken" />
      </td>
    </tr>
  );
});

/** The row that an element stands in, if any. */
export function rowAt(target: EventTarget | null): number | null {
  const line = target instanceof Element ? target.closest<HTMLElement>("tr[data-at]") : null;
  return line ? Number(line.dataset.at) : null;
}
