/** The offers that a search found, page by page; what is shown stays in its place while somebody points at it. */
import type { Offer, SearchAnswer } from "../../lib/api/generated";
import { asProblem, type Problem } from "../../lib/api/problem";
import { nameOf, type Search } from "./search";

export interface Page {
  limit: number;
  cursor: string | null;
}
export type Ask = (search: Search, page: Page, signal: AbortSignal) => Promise<SearchAnswer>;
export type Head = Omit<SearchAnswer, "items">;

export interface Shown {
  rows: readonly Offer[];
  /** Of the newest answer; null until there is one. */
  head: Head | null;
  problem: Problem | null;
  /** Another search is asked for than the one that is shown. */
  asking: boolean;
  fetchingMore: boolean;
  /** There is a newer order than the one that is shown. */
  waiting: boolean;
  /** Milliseconds since 1970, when the newest answer came. */
  at: number;
}

/** Small, so that it is there at once. */
export const FIRST = 100;
export const NEXT = 500;
/** Who scrolls further than this gets no further: nobody compares so many by eye. */
export const MOST = 20_000;
/** So far down the rows are kept in place; above, a newer order is shown at once. */
const TOP_ROWS = 600;
/** A pointer that leaves may be on its way to a button, or back. */
const RELEASED_MS = 1000;

const empty: Shown = {
  rows: [],
  head: null,
  problem: null,
  asking: true,
  fetchingMore: false,
  waiting: false,
  at: 0,
};

export class OfferList {
  private shown: Shown = empty;
  private search: Search = {};
  private name: string | null = null;
  private next: string | null = null;
  private asked = new AbortController();
  private renewing = false;
  private lastSeen = 0;
  private held = false;
  private released: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly ask: Ask,
    private readonly now: () => number = Date.now,
    private readonly pause = RELEASED_MS,
  ) {}

  readonly current = (): Shown => this.shown;

  readonly watch = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Shows another search. What is shown stays until the answer is there. */
  show(search: Search): void {
    if (nameOf(search) === this.name) return;
    this.search = search;
    this.name = nameOf(search);
    void this.begin(FIRST);
  }

  retry(): void {
    void this.begin(FIRST);
  }

  /** Shows the newest order now. */
  settle(): void {
    void this.begin(FIRST);
  }

  readonly more = (): void => {
    if (this.next !== null && !this.shown.fetchingMore && !this.shown.asking) void this.goOn(this.next);
  };

  get hasMore(): boolean {
    return this.next !== null && this.shown.rows.length < MOST;
  }

  /** The last row that is in sight. */
  readonly see = (last: number): void => {
    this.lastSeen = last;
  };

  readonly hold = (held: boolean): void => {
    this.held = held;
    clearTimeout(this.released);
    if (!held && this.shown.waiting && this.lastSeen < TOP_ROWS)
      this.released = setTimeout(() => void this.renew(), this.pause);
  };

  /** The offers have changed. */
  async renew(): Promise<void> {
    if (this.shown.asking || this.renewing || this.shown.head === null) return;
    this.renewing = true;
    const signal = this.asked.signal;
    const enough = Math.min(NEXT, Math.max(FIRST, this.shown.rows.length));
    try {
      const answer = await this.ask(this.search, { limit: enough, cursor: null }, signal);
      if (!signal.aborted) this.bring(answer, enough);
    } catch {
      // What is shown grows old, and says so; the next change asks again.
    } finally {
      this.renewing = false;
    }
  }

  private async begin(limit: number): Promise<void> {
    this.asked.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    this.move({ asking: true, fetchingMore: false });
    try {
      const answer = await this.ask(this.search, { limit, cursor: null }, signal);
      if (!signal.aborted) this.take(answer, { asking: false, problem: null });
    } catch (error) {
      if (!signal.aborted) this.move({ asking: false, problem: asProblem(error) });
    }
  }

  private async goOn(cursor: string): Promise<void> {
    const { signal } = this.asked;
    this.move({ fetchingMore: true });
    try {
      const answer = await this.ask(this.search, { limit: NEXT, cursor }, signal);
      if (signal.aborted) return;
      this.next = answer.next_cursor;
      this.move({ rows: joined(this.shown.rows, answer.items), fetchingMore: false });
    } catch {
      // The end of the list asks again as long as it is in sight.
      if (!signal.aborted) setTimeout(() => this.move({ fetchingMore: false }), 2000);
    }
  }

  private bring(answer: SearchAnswer, limit: number): void {
    const { rows } = this.shown;
    const fresh = known(rows, answer.items);
    const head = rows.slice(0, answer.items.length);
    const same = fresh.length >= head.length && head.every((row, at) => row.id === fresh[at]?.id);
    if (!same && (this.held || this.lastSeen >= TOP_ROWS)) {
      const rest = rows.slice(limit);
      const kept = inPlace(rows.slice(0, limit), fresh, answer.next_cursor === null);
      this.move({ ...this.told(answer), rows: [...kept, ...rest], waiting: true });
      return;
    }
    if (same && rows.length > fresh.length) {
      this.move({ ...this.told(answer), rows: [...fresh, ...rows.slice(fresh.length)] });
      return;
    }
    this.take({ ...answer, items: fresh }, {});
  }

  private take(answer: SearchAnswer, also: Partial<Shown>): void {
    this.next = answer.next_cursor;
    const rows = known(this.shown.rows, answer.items);
    this.move({ ...this.told(answer), rows, waiting: false, fetchingMore: false, ...also });
  }

  private told({ items: _, ...head }: SearchAnswer): Partial<Shown> {
    return { head, at: this.now() };
  }

  private move(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** The pages of a list that moved meanwhile may overlap. */
function joined(rows: readonly Offer[], more: readonly Offer[]): Offer[] {
  const there = new Set(rows.map((row) => row.id));
  return [...rows, ...more.filter((row) => !there.has(row.id))];
}

/** The new rows, the old object for each that did not change, so that it is not drawn again. */
function known(rows: readonly Offer[], fresh: readonly Offer[]): Offer[] {
  const before = new Map(rows.map((row) => [row.id, row]));
  return fresh.map((row) => {
    const old = before.get(row.id);
    return old && sameOffer(old, row) ? old : row;
  });
}

/** The old order with new values; what is certainly gone is marked, not taken away. */
function inPlace(rows: readonly Offer[], fresh: readonly Offer[], whole: boolean): Offer[] {
  const values = new Map(fresh.map((row) => [row.id, row]));
  return rows.map(
    (row) => values.get(row.id) ?? (whole && row.available ? { ...row, available: false } : row),
  );
}

/** The age of an offer is that of its provider's list and is told with the list. */
const ages: ReadonlySet<string> = new Set(["last_seen", "age_seconds"]);

function sameOffer(a: Offer, b: Offer): boolean {
  return Object.entries(a).every(([key, value]) => {
    const other = b[key as keyof Offer];
    if (ages.has(key) || value === other) return true;
    return typeof value === "object" && JSON.stringify(value) === JSON.stringify(other);
  });
}

/** What makes a row glow when it changes: what one pays, and whether one can have it. */
export function fingerprintOf(offer: Offer): string {
  return `${offer.price_hour} ${offer.spot_price_hour} ${offer.available} ${offer.is_blacklisted}`;
}
