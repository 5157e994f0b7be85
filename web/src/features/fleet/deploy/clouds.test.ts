import { describe, expect, test } from "vitest";
import { abilitiesOf, providerPlaces } from "./clouds";

const cloud = (name: string, more = {}) => ({
  name,
  title: name,
  disabled: null,
  can: {},
  cannot: {},
  ...more,
});

describe("clouds to choose from", () => {
  test("come the most offering first, without those that make no machines", () => {
    const clouds = [
      cloud("aws"),
      cloud("vast"),
      cloud("off", { disabled: "closed" }),
      cloud("shy", { can: { create: false } }),
    ];
    const found = providerPlaces(clouds, [{ value: "vast", offers: 9 }], ["gone"]);
    expect(found.map(({ name, offers }) => `${name} ${offers}`)).toEqual(["vast 9", "aws 0", "gone 0"]);
  });

  test("say what they can, what they can't, and why, where it matters", () => {
    expect(abilitiesOf({ spot: true, logs: false, labels: true })).toEqual({ can: ["spot"], not: ["logs"] });
    const [lambda] = providerPlaces(
      [cloud("lambda", { cannot: { logs: "No API.", labels: "None." } })],
      [],
      [],
    );
    expect(lambda?.cannot).toEqual({ logs: "No API." });
  });
});
