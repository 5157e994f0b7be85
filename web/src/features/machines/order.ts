/** The order of the list of machines as it stands in the address: a column, with a minus for the greatest first. */
import type { SortingState } from "@tanstack/react-table";

const sorts = ["recent", "success_rate", "attempts", "failures", "failures_in_row", "boot", "score"];

function read(sort: string | null): { id: string; desc: boolean } {
  const id = (sort ?? "").replace(/^-/, "");
  return sorts.includes(id) ? { id, desc: sort?.startsWith("-") ?? true } : { id: "recent", desc: true };
}

export function sortingOf(sort: string | null): SortingState {
  return [read(sort)];
}

/** What the server is asked for; the newest first is its own order. */
export function orderOf(sort: string | null): { sort?: string; descending?: string } {
  const { id, desc } = read(sort);
  return id === "recent" && desc ? {} : { sort: id, descending: String(desc) };
}
