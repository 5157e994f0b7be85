import { describe, expect, test } from "vitest";
import type { Instance } from "../../lib/api/generated";
import { changeOf, momentOf, saidOf, secondsOf } from "./deadline";

const course = { deadline: "2026-12-01T08:00:30Z", work_hours: 20 } as Instance["course"];

describe("a deadline in the dialog", () => {
  test("is in the time of this computer", () => {
    expect(new Date(saidOf(course).deadline).getTime()).toBe(Date.parse("2026-12-01T08:00:00Z"));
    expect(saidOf(null)).toEqual({ deadline: "", hours: "" });
  });

  test("is not sent where nothing was changed", () => {
    expect(changeOf(course, true, saidOf(course))).toEqual({});
    expect(changeOf(null, false, saidOf(null))).toEqual({});
  });

  test("is sent whole, with spot", () => {
    const said = { deadline: "2026-12-02T09:30", hours: "2.5" };
    const at = new Date(said.deadline).toISOString();
    expect(changeOf(null, true, said)).toEqual({ spot: true, deadline: at, work_hours: 2.5 });
    expect(changeOf(course, true, { ...saidOf(course), hours: "30" })).toEqual({
      spot: true,
      deadline: "2026-12-01T08:00:30Z",
      work_hours: 30,
    });
  });

  test("that is half said is told by the server", () => {
    expect(changeOf(null, true, { deadline: "", hours: "3" })).toEqual({
      spot: true,
      deadline: null,
      work_hours: 3,
    });
  });

  test("is none while its year is typed", () => {
    expect(["", "12026-12-01T08:00"].map(momentOf)).toEqual([null, null]);
  });

  test("counts minutes in seconds, and leaves to the server what is no number", () => {
    expect(["7.5", "", "7,5"].map(secondsOf)).toEqual([450, null, "7,5"]);
  });

  test("is taken back", () => {
    expect(changeOf(course, false, saidOf(course))).toEqual({ deadline: null, work_hours: null });
  });
});
