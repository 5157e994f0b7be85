/** The search as it stands in the address: the same names as the API's, so that a link is the search, and a call too. */
import type { SortingState } from "@tanstack/react-table";

/** Each key with its values in order; a key that is not asked for is absent. */
export type Search = Readonly<Partial<Record<Key, readonly string[]>>>;

const KEYS = [
  "q",
  "model",
  "provider",
  "country",
  "region",
  "gpu_count",
  "min_gpus",
  "max_gpus",
  "min_vram",
  "max_vram",
  "min_price",
  "max_price",
  "spot",
  "verified",
  "min_inet_down",
  "cuda_min",
  "min_reliability",
  "min_score",
  "include_blacklisted",
  "available_only",
  "disk_gb",
  "snapshot_gb",
  "hours",
  "sort",
] as const;
export type Key = (typeof KEYS)[number];

const lists: ReadonlySet<Key> = new Set<Key>(["model", "provider", "country", "region"]);

/** What is no filter: how the rows are ordered, and what the effective price is worked out for. */
const beside: ReadonlySet<Key> = new Set<Key>(["sort", "disk_gb", "snapshot_gb", "hours"]);

export function readSearch(params: URLSearchParams): Search {
  const search: Partial<Record<Key, readonly string[]>> = {};
  for (const key of KEYS) {
    const values = [...new Set(params.getAll(key).map((value) => value.trim()))].filter(Boolean);
    if (values.length > 0) search[key] = lists.has(key) ? values : values.slice(-1);
  }
  return search;
}

/** In a fixed order, so that one search has one address. */
export function writeSearch(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of KEYS) for (const value of search[key] ?? []) params.append(key, value);
  return params;
}

export function nameOf(search: Search): string {
  return writeSearch(search).toString();
}

export function one(search: Search, key: Key): string | undefined {
  return search[key]?.[0];
}

export function flag(search: Search, key: Key): boolean {
  return one(search, key) === "true";
}

/** The search with these keys set to something else; empty values leave the key out. */
export function changed(
  search: Search,
  changes: Partial<Record<Key, readonly string[] | string | null>>,
): Search {
  const next: Partial<Record<Key, readonly string[]>> = { ...search };
  for (const [key, value] of Object.entries(changes) as [Key, readonly string[] | string | null][]) {
    const values = (typeof value === "string" ? [value] : (value ?? [])).filter(Boolean);
    if (values.length > 0) next[key] = values;
    else delete next[key];
  }
  return next;
}

export function filtersOf(search: Search): Key[] {
  return KEYS.filter((key) => search[key] && !beside.has(key));
}

export function cleared(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([key]) => beside.has(key as Key)));
}

/** Columns by the server's names of its orders. */
const orders: Record<string, string> = {
  price: "price",
  effective: "effective_price",
  score: "g_score",
  reliability: "reliability",
  vram: "vram",
  value: "tflops_per_dollar",
};
export const DEFAULT_SORT = "price";

export function sortingOf(search: Search, usual = DEFAULT_SORT): SortingState {
  const sort = one(search, "sort") ?? usual;
  const name = sort.replace(/^-/, "");
  const column = Object.keys(orders).find((id) => orders[id] === name);
  return column ? [{ id: column, desc: sort.startsWith("-") }] : [];
}

export function sortOf(sorting: SortingState, usual = DEFAULT_SORT): string | null {
  const [first] = sorting;
  const name = first && orders[first.id];
  if (!name) return null;
  const sort = `${first.desc ? "-" : ""}${name}`;
  return sort === usual ? null : sort;
}
