import { describe, expect, test } from "vitest";
import { changed, cleared, filtersOf, nameOf, readSearch, sortingOf, sortOf, writeSearch } from "./search";

const read = (text: string) => readSearch(new URLSearchParams(text));

describe("the search in the address", () => {
  test("comes back as it was written", () => {
    const text = "q=4090+x2&model=RTX+4090&model=RTX+3090&max_price=2&spot=true&sort=-g_score";
    expect(writeSearch(read(text)).toString()).toBe(text);
  });
  test("has one address, whatever order it was typed in", () => {
    expect(nameOf(read("sort=vram&model=A"))).toBe(nameOf(read("model=A&sort=vram")));
  });
  test("leaves out what it does not know, what is empty, and what is there twice", () => {
    expect(read("utm=1&q=+&model=A&model=A&spot=true&spot=false")).toEqual({ model: ["A"], spot: ["false"] });
  });
});

describe("changing it", () => {
  test("sets, replaces and lets go", () => {
    const search = read("model=A&max_price=2");
    expect(nameOf(changed(search, { max_price: "3", provider: ["vast"] }))).toBe(
      "model=A&provider=vast&max_price=3",
    );
    expect(nameOf(changed(search, { model: [], max_price: "" }))).toBe("");
  });
  test("clears the filters and keeps the order and the job", () => {
    const search = read("q=x&model=A&sort=vram&disk_gb=200");
    expect(filtersOf(search)).toEqual(["q", "model"]);
    expect(nameOf(cleared(search))).toBe("disk_gb=200&sort=vram");
  });
});

describe("the order", () => {
  test("is the cheapest first unless said otherwise", () => {
    expect(sortingOf({})).toEqual([{ id: "price", desc: false }]);
    expect(sortingOf(read("sort=-g_score"))).toEqual([{ id: "score", desc: true }]);
    expect(sortingOf(read("sort=weather"))).toEqual([]);
  });
  test("is written by the server's names, and left out where it is the usual one", () => {
    expect(sortOf([{ id: "effective", desc: true }])).toBe("-effective_price");
    expect(sortOf([{ id: "price", desc: false }])).toBeNull();
    expect(sortOf([{ id: "price", desc: true }])).toBe("-price");
    expect(sortOf([])).toBeNull();
  });
});
