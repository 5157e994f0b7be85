import { describe, expect, it } from "vitest";
import { fitting, leastWidth, tracksOf } from "./tracks";

const columns = [
  { id: "name" },
  { id: "price", width: 100 },
  { id: "disk", width: 80, roomy: "very" as const },
  { id: "spot", width: 90, roomy: true },
];
const shownAt = (room: number, chosen = {}) => [...fitting(columns, chosen, { room, menu: true })];

describe("the columns of a table", () => {
  it("come in as there is room for them, the roomy before the very roomy", () => {
    expect(shownAt(0)).toEqual(["name", "price"]);
    expect(shownAt(180 + 100 + 44 + 89)).toEqual(["name", "price"]);
    expect(shownAt(180 + 100 + 44 + 90)).toEqual(["name", "price", "spot"]);
    expect(shownAt(180 + 100 + 44 + 90 + 80)).toEqual(["name", "price", "spot", "disk"]);
  });

  it("are shown or hidden as somebody chose, and leave their room to the others", () => {
    expect(shownAt(0, { disk: true })).toEqual(["name", "price", "disk"]);
    expect(shownAt(180 + 100 + 44 + 80, { spot: false })).toEqual(["name", "price", "disk"]);
  });

  it("give what is left to those without a width, or to all where each has one", () => {
    expect(tracksOf(columns.slice(0, 2), true)).toBe("minmax(180px, 1fr) 100px 44px");
    expect(tracksOf(columns.slice(1, 3), false)).toBe("minmax(100px, 100fr) minmax(80px, 80fr)");
    expect(leastWidth(columns.slice(0, 2), true)).toBe(324);
  });
});
