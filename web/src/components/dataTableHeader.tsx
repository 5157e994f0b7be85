/** The head of a table: a header cell that sorts, and the menu for columns and density. */
import type { SortingState } from "@tanstack/react-table";
import { ArrowDown, ArrowUp, ChevronsUpDown, SlidersHorizontal } from "lucide-react";
import { cx } from "../lib/classes";
import { IconButton } from "./Button";
import type { Column, Density } from "./DataTable";
import { Menu, MenuCheckItem, MenuLabel, MenuSeparator } from "./Menu";

interface HeaderProps<Row> {
  column: Column<Row>;
  sorting: SortingState;
  setSorting: (sorting: SortingState) => void;
}

type Direction = "ascending" | "descending" | "none";

function directionOf(sorting: SortingState, id: string): Direction {
  const mine = sorting.find((each) => each.id === id);
  if (!mine) return "none";
  return mine.desc ? "descending" : "ascending";
}

/** What a press on the header does: one direction, the other, then no order of this column's. */
function following(direction: Direction, id: string, highestFirst: boolean): SortingState {
  if (direction === "none") return [{ id, desc: highestFirst }];
  const first = highestFirst ? "descending" : "ascending";
  return direction === first ? [{ id, desc: !highestFirst }] : [];
}

export function HeaderCell<Row>({ column, sorting, setSorting }: HeaderProps<Row>) {
  const direction = directionOf(sorting, column.id);
  const right = column.align === "right";
  const sorts = column.sortBy !== undefined || column.sorts;
  return (
    <th
      scope="col"
      aria-sort={sorts ? direction : undefined}
      className={cx("grid-cell text-xs font-medium text-ink-3", right ? "grid-figure" : "text-left")}
    >
      {sorts ? (
        <button
          type="button"
          onClick={() => setSorting(following(direction, column.id, column.highestFirst ?? false))}
          className={cx(
            "group/sort -mx-1 inline-flex h-6 align-middle items-center gap-1 rounded px-1 whitespace-nowrap hover:text-ink",
            right && "flex-row-reverse",
            direction !== "none" && "text-ink",
          )}
        >
          {column.title}
          <SortIcon direction={direction} />
        </button>
      ) : (
        <span className={cx("block truncate", column.silent && "sr-only")}>{column.title}</span>
      )}
    </th>
  );
}

function SortIcon({ direction }: { direction: Direction }) {
  if (direction === "none")
    return <ChevronsUpDown aria-hidden className="size-3 opacity-0 group-hover/sort:opacity-70" />;
  const Icon = direction === "ascending" ? ArrowUp : ArrowDown;
  return <Icon aria-hidden className="size-3" strokeWidth={2.5} />;
}

interface TableMenuProps<Row> {
  columns: readonly Column<Row>[];
  isShown: (column: Column<Row>) => boolean;
  visibility: Record<string, boolean>;
  setVisibility: (visibility: Record<string, boolean>) => void;
  density: Density;
  setDensity: (density: Density) => void;
  narrow: boolean;
}

export function TableMenu<Row>(props: TableMenuProps<Row>) {
  const { columns, isShown, visibility, setVisibility, density, setDensity, narrow } = props;
  return (
    <Menu trigger={<IconButton label="Columns and density" icon={SlidersHorizontal} />}>
      {!narrow && (
        <>
          <MenuCheckItem
            checked={density === "comfortable"}
            onChange={(roomy) => setDensity(roomy ? "comfortable" : "compact")}
          >
            Comfortable rows
          </MenuCheckItem>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>Columns</MenuLabel>
      {columns.map((column) => (
        <MenuCheckItem
          key={column.id}
          disabled={column.fixed ?? false}
          checked={isShown(column)}
          onChange={(shown) => setVisibility({ ...visibility, [column.id]: shown })}
        >
          {column.title}
        </MenuCheckItem>
      ))}
    </Menu>
  );
}
