import { describe, expect, test } from "vitest";
import { rank } from "./rank";

const items = [
  { title: "Snapshots", words: "backup restore" },
  { title: "API keys", words: "token cli" },
  { title: "Provider keys", words: "vast secrets" },
  { title: "Keyboard shortcuts", words: "help" },
];
const titles = (text: string) => rank(items, text).map((item) => item.title);

describe("rank", () => {
  test("keeps the order when nothing is asked", () => {
    expect(titles(" ")).toEqual(items.map((item) => item.title));
  });
  test("puts a beginning before a word before another name", () => {
    expect(titles("key")).toEqual(["Keyboard shortcuts", "API keys", "Provider keys"]);
  });
  test("finds by other words and by letters in order", () => {
    expect(titles("backup")).toEqual(["Snapshots"]);
    expect(titles("apk")).toEqual(["API keys"]);
    expect(titles("vast keys")).toEqual(["Provider keys"]);
  });
  test("finds nothing where nothing is", () => {
    expect(titles("zzz")).toEqual([]);
  });
});
