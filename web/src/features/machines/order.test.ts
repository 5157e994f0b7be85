/** The order of machines. */
import { describe, expect, it } from "vitest";
import { orderOf, sortingOf } from "./order";

describe("The order of machines", () => {
  it("is the newest first until another is asked for", () => {
    expect(sortingOf(null)).toEqual([{ id: "recent", desc: true }]);
    expect(orderOf(null)).toEqual({});
  });

  it("is read from the address", () => {
    expect(orderOf("-score")).toEqual({ sort: "score", descending: "true" });
    expect(orderOf("boot")).toEqual({ sort: "boot", descending: "false" });
  });

  it("that nobody knows is the usual one", () => expect(orderOf("-height")).toEqual({}));
});
