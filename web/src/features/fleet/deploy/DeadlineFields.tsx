/** Work with a deadline: by when, how many hours, and what that is expected to come to. */

import { Money } from "../../../components/figures";
import type { LaunchPlan } from "../../../lib/api/generated";
import { asProblem } from "../../../lib/api/problem";
import { duration } from "../../../lib/time";
import { DeadlineInputs } from "../DeadlineInputs";
import type { Need } from "./wish";

interface Props {
  need: Need;
  /** What is expected, while all that is asked for is known. */
  course: LaunchPlan["course"];
  error: unknown;
  onChange: (change: Partial<Need>) => void;
}

export function DeadlineFields({ need, course, error, onChange }: Props) {
  return (
    <section aria-label="Deadline" className="grid gap-3 rounded border border-line p-4">
      <p className="text-ink-2">
        Work that must be done by a moment goes the cheapest way: on spot, waiting for spot while there is
        time, and on demand before it is too late.
      </p>
      <DeadlineInputs optional said={need} faults={faultsOf(error)} onChange={onChange} />
      {course && <Estimate course={course} />}
    </section>
  );
}

type Course = NonNullable<LaunchPlan["course"]>;

const begins: Record<Course["start"], string> = {
  spot: "Begins on spot",
  on_demand: "Begins on demand",
  wait: "Waits for spot first",
};

export function Estimate({ course }: { course: Course }) {
  const { interruptions, finished_hours: ready } = course;
  return (
    <p className="figures text-ink-2" title={course.why}>
      {begins[course.start]}
      {course.place ? ` in ${course.place.replace(":", ", ")}` : ""}. Expected in all:{" "}
      <Money value={course.cost} /> (<Money value={course.cost_low} /> to <Money value={course.cost_high} />
      ), instead of <Money value={course.cost_on_demand} /> on demand; ready after{" "}
      {duration(ready.mean * 3600, 1)} ({duration(ready.low * 3600, 1)} to {duration(ready.high * 3600, 1)}),
      with {interruptions.mean.toFixed(1)} interruptions.
    </p>
  );
}

/** What the server says of the two fields, before there is a form to send. */
function faultsOf(error: unknown): Record<string, string | undefined> {
  if (!error) return {};
  return Object.fromEntries(asProblem(error).errors.map((each) => [each.field, each.message]));
}
