import { beforeEach, describe, expect, test } from "vitest";
import type { Offer, SearchAnswer } from "../../lib/api/generated";
import { OfferList, type Page } from "./list";
import type { Search } from "./search";

type Row = { id: string; price_hour: string; available: boolean };

/** A server of which a test sets the offers, and decides when it answers. */
class Shop {
  rows: Row[] = [];
  asked: { search: Search; page: Page; signal: AbortSignal }[] = [];
  broken = false;
  private held: (() => void)[] | null = null;

  readonly ask = async (search: Search, page: Page, signal: AbortSignal): Promise<SearchAnswer> => {
    this.asked.push({ search, page, signal });
    const held = this.held;
    if (held) await new Promise<void>((go) => held.push(go));
    if (this.broken) throw new Error("broken");
    const from = Number(page.cursor ?? 0);
    const items = this.rows.slice(from, from + page.limit).map((row) => ({ ...row }) as Offer);
    const end = from + items.length;
    const next_cursor = end < this.rows.length ? String(end) : null;
    return { items, total: this.rows.length, next_cursor, providers: [] } as unknown as SearchAnswer;
  };

  hold(): () => Promise<void> {
    const held: (() => void)[] = [];
    this.held = held;
    return async () => {
      this.held = null;
      for (const go of held) go();
      await settled();
    };
  }
}

const settled = () => new Promise((done) => setTimeout(done, 0));
const make = (count: number, price = "1"): Row[] =>
  Array.from({ length: count }, (_, at) => ({ id: `o${at}`, price_hour: price, available: true }));
const ids = (list: OfferList) => list.current().rows.map((row) => row.id);

let shop: Shop;
let list: OfferList;

beforeEach(async () => {
  shop = new Shop();
  shop.rows = make(3);
  list = new OfferList(shop.ask, () => 7, 0);
  list.show({});
  await settled();
});

describe("a search", () => {
  test("shows what was found", () => {
    expect(ids(list)).toEqual(["o0", "o1", "o2"]);
    expect(list.current()).toMatchObject({ asking: false, problem: null, at: 7 });
  });
  test("is not asked twice for the same", async () => {
    list.show({});
    await settled();
    expect(shop.asked).toHaveLength(1);
  });
  test("keeps the old rows until the next ones are there, and forgets an answer that comes too late", async () => {
    const answer = shop.hold();
    list.show({ q: ["a"] });
    list.show({ q: ["b"] });
    expect(list.current()).toMatchObject({ asking: true });
    expect(ids(list)).toHaveLength(3);
    expect(shop.asked.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    shop.rows = make(1);
    await answer();
    expect(ids(list)).toEqual(["o0"]);
  });
  test("that fails says why and keeps what is shown", async () => {
    shop.broken = true;
    list.show({ q: ["c"] });
    await settled();
    expect(list.current().problem?.title).toBeTruthy();
    expect(ids(list)).toHaveLength(3);
  });
});

describe("going on", () => {
  test("fetches page after page and takes no offer twice", async () => {
    shop.rows = make(900);
    list.show({ q: ["many"] });
    await settled();
    expect(ids(list)).toHaveLength(100);
    // Another offer came in before: the pages overlap by one.
    shop.rows = [{ id: "new", price_hour: "0", available: true }, ...shop.rows];
    list.more();
    list.more();
    await settled();
    expect(ids(list)).toHaveLength(599);
    list.more();
    await settled();
    expect(list.hasMore).toBe(false);
    expect(new Set(ids(list)).size).toBe(900);
  });
});

describe("a change of the market", () => {
  test("shows the new order at once when nobody looks closely", async () => {
    shop.rows = [...make(3)].reverse();
    await list.renew();
    expect(ids(list)).toEqual(["o2", "o1", "o0"]);
    expect(list.current().waiting).toBe(false);
  });
  test("moves nothing under a pointer, but shows the new values", async () => {
    list.hold(true);
    shop.rows = [
      { id: "o2", price_hour: "0.5", available: true },
      { id: "o0", price_hour: "1", available: true },
    ];
    await list.renew();
    expect(ids(list)).toEqual(["o0", "o1", "o2"]);
    expect(list.current().rows.map((row) => [row.price_hour, row.available])).toEqual([
      ["1", true],
      ["1", false],
      ["0.5", true],
    ]);
    expect(list.current().waiting).toBe(true);
    list.hold(false);
    await settled();
    await settled();
    expect(ids(list)).toEqual(["o2", "o0"]);
    expect(list.current().waiting).toBe(false);
  });
  test("leaves the object of an offer that did not change, so that it is not drawn again", async () => {
    const before = list.current().rows;
    shop.rows = make(3).map((row, at) => (at === 1 ? { ...row, price_hour: "9" } : row));
    await list.renew();
    const after = list.current().rows;
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
  test("that can't be read leaves everything as it is", async () => {
    shop.broken = true;
    await list.renew();
    expect(list.current()).toMatchObject({ problem: null });
    expect(ids(list)).toHaveLength(3);
  });
});
