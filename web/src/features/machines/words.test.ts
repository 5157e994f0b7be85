/** Words about machines. */
import { describe, expect, it } from "vitest";
import { endingWords, machineOf, reasonWords } from "./words";

describe("A machine that is typed", () => {
  it("may bring its provider with it", () =>
    expect(machineOf("vast", " lambda:gpu_1x_a10 ")).toEqual({
      provider: "lambda",
      machineId: "gpu_1x_a10",
    }));

  it("may have a colon of its own", () => {
    expect(machineOf("aws", "eu-west-1a:p5")).toEqual({ provider: "aws", machineId: "eu-west-1a:p5" });
    expect(machineOf("vast", "aws:eu-west-1a:p5")).toEqual({
      provider: "aws",
      machineId: "eu-west-1a:p5",
    });
  });
});

describe("A reason", () => {
  it("is said in words, and by its name where the application is older than the server", () => {
    expect(reasonWords("boot_timeout")).toBe("Did not boot in time");
    expect(reasonWords("cosmic_ray")).toBe("cosmic ray");
  });
});

describe("The end of an entry", () => {
  it("is the words of who removed it, or what happened by itself", () => {
    expect(endingWords({ ended_why: "expired", ended_by: null })).toBe("Ran out");
    expect(endingWords({ ended_why: "New disk", ended_by: "x" })).toBe("New disk");
    expect(endingWords({ ended_why: "", ended_by: "x" })).toBe("No reason given");
  });
});
