/** A deadline as its fields have it, and the change that is sent for it. */
import type { Instance, InstanceChangeWrite } from "../../lib/api/generated";
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
  const at = new Date(said.deadline);
  return {
    spot: true,
    deadline: said.deadline === before.deadline && course ? course.deadline : momentOf(at),
    work_hours: said.hours.trim() ? Number(said.hours) : null,
  };
}

function momentOf(at: Date): string | null {
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function localOf(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
