/** How wide the columns of a table are, and which of them there is room for. */
import type { Column } from "./DataTable";

export const MENU_WIDTH = 44;
const LEAST_WIDTH = 180;

type Sized = Pick<Column<never>, "id" | "width" | "grows" | "roomy">;

function widthOf({ width = LEAST_WIDTH }: Sized): number {
  return width;
}

export function leastWidth(columns: readonly Sized[], menu: boolean): number {
  return columns.reduce((sum, column) => sum + widthOf(column), menu ? MENU_WIDTH : 0);
}

/** For `grid-template-columns`: those that grow share what is left; where none does, all of them do. */
export function tracksOf(columns: readonly Sized[], menu: boolean): string {
  const grows = (column: Sized) => column.width === undefined || column.grows;
  const some = columns.some(grows);
  const tracks = columns.map((column) => {
    const least = widthOf(column);
    if (some) return grows(column) ? `minmax(${least}px, 1fr)` : `${least}px`;
    return `minmax(${least}px, ${least}fr)`;
  });
  return [...tracks, ...(menu ? [`${MENU_WIDTH}px`] : [])].join(" ");
}

/** Columns that are seen only where there is room come in as long as they fit: the roomy ones first, then the very roomy. */
export function fitting<Fit extends Sized>(
  columns: readonly Fit[],
  chosen: Readonly<Record<string, boolean>>,
  { room, menu }: { room: number; menu: boolean },
): Set<string> {
  const always = columns.filter((column) => chosen[column.id] ?? !column.roomy);
  const shown = new Set(always.map((column) => column.id));
  let left = room - leastWidth(always, menu);
  for (const rank of [true, "very"] as const) {
    for (const column of columns) {
      if (column.roomy !== rank || chosen[column.id] !== undefined) continue;
      left -= widthOf(column);
      if (left < 0) return shown;
      shown.add(column.id);
    }
  }
  return shown;
}
