import { expect, test } from "vitest";
import { endingWords, laneSeconds, operationDone, operationWords, stageWords, whoWords } from "./words";

test("a stage that is not known yet is said as it comes", () => {
  expect(stageWords("ssh")).toBe("Waiting for SSH");
  expect(stageWords("warming_up")).toBe("Warming up");
});

test("an ending has a cause in a few words, or none while there is none", () => {
  expect(endingWords("lost_race")).toBe("another was quicker");
  expect(endingWords("struck_by_lightning")).toBe("struck by lightning");
  expect(endingWords(null)).toBeNull();
});

test("an operation is said while it goes on and when it is over", () => {
  expect([operationWords("half_life"), operationDone("half_life")]).toEqual([
    "Moving to the standby",
    "on its standby",
  ]);
});

test("the seconds of a lane are exact while they are few", () => {
  expect(laneSeconds({ seconds: 4.62 })).toBe("4.6 s");
  expect(laneSeconds({ seconds: 83 })).toBe("1 min 23 s");
});

test("who did it is you, a colleague, or something that acts by itself", () => {
  expect(["user:1", "user:2", "budget", "comet"].map((who) => whoWords(who, "1"))).toEqual([
    "you",
    "a colleague",
    "its budget",
    "comet",
  ]);
});
