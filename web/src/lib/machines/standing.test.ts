/** The word of a machine, and what its score is made of. */
import { describe, expect, it } from "vitest";
import { isUnknown, pathOf, sharesOf, standingOf, wordOf } from "./standing";

describe("The word of a score", () => {
  it.each([
    [100, "excellent"],
    [90, "excellent"],
    [89.99, "good"],
    [70, "good"],
    [69.99, "fair"],
    [50, "fair"],
    [49.99, "poor"],
    [0, "poor"],
  ])("%d is %s", (score, word) => expect(wordOf(score)).toBe(word));
});

describe("The standing of a machine", () => {
  it("is the worse of how it starts and how it runs", () => {
    expect(standingOf({ status: "excellent", score: 55 })).toBe("fair");
    expect(standingOf({ status: "poor", score: 99 })).toBe("poor");
  });

  it("is what is known where only one is", () => {
    expect(standingOf({ status: "unknown", score: 93 })).toBe("excellent");
    expect(standingOf({ status: "fair", score: null })).toBe("fair");
    expect(isUnknown({ status: "unknown", score: null })).toBe(true);
    expect(isUnknown({ status: "unknown", score: 0 })).toBe(false);
  });

  it("is blacklisted whatever else is known", () =>
    expect(standingOf({ status: "blacklisted", score: 99 })).toBe("blacklisted"));
});

describe("The parts of a score", () => {
  it("are named in their order, and say what stars they come from", () => {
    const parts = {
      uptime: { points: 99, weight: 0.4 },
      interruptions: { points: 90, weight: 0.4 },
      rating: { points: 84, weight: 0.2 },
    };
    const shares = sharesOf({ parts, average_rating: 4.2 });
    expect(shares.map(({ name }) => name)).toEqual(["Uptime", "No interruptions", "Ratings"]);
    expect(shares.map(({ weight }) => weight)).toEqual([0.4, 0.4, 0.2]);
    expect(shares[2]?.note).toBe("4.2 of 5 stars");
    expect(sharesOf({ parts, average_rating: null })[2]?.note).toBe("by nobody yet");
  });
});

describe("The address of a machine", () => {
  it("takes any id that a cloud gives", () =>
    expect(pathOf("aws", "eu-west-1a:p5 48xlarge")).toBe("/machines/aws/eu-west-1a%3Ap5%2048xlarge"));
});
