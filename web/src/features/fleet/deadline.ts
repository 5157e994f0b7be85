/** A deadline as its fields have it, and the change that is sent for it. */
import type { Instance, InstanceChangeWrite } from "../../lib/api/generated";
import { typedNumber } from "../../lib/numbers";
import type { Said } from "./DeadlineInputs";

type Course = Instance["course"];

export function saidOf(course: Course): Said {
  return course
    ? { deadline: localOf(course.deadline), hours: String(course.work_hours) }
    : { deadline: "", hours: "" };
}

/** Nothing where nothing was changed, as another deadline begins the plan anew. */
export function changeOf(course: Course, has: boolean, said: Said): InstanceChangeWrite {
  if (!has) return course ? { deadline: null, work_hours: null } : {};
  const before = saidOf(course);
  if (said.deadline === before.deadline && said.hours === before.hours) return {};
  return {
    spot: true,
    deadline: said.deadline === before.deadline && course ? course.deadline : momentOf(said.deadline),
    work_hours: typedNumber(said.hours),
  };
}

export function secondsOf(minutes: string): number | null {
  const said = typedNumber(minutes);
  return typeof said === "number" ? Math.round(said * 60) : said;
}

/** Null where nothing is said, or half of it. */
export function momentOf(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function localOf(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
