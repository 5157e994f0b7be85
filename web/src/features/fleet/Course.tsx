/** Work with a deadline: how far it is, what it runs on now and why, and when that is asked again. */
import { Check } from "lucide-react";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Money, Time } from "../../components/figures";
import { Fact, Facts, Group } from "../../components/Page";
import { Bar } from "../../components/Progress";
import type { Instance } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { duration } from "../../lib/time";
import { fleetApi } from "./api";

type Course = NonNullable<Instance["course"]>;
type Action = NonNullable<Course["action"]>;

const ways: Record<Action, string> = { spot: "On spot", on_demand: "On demand", wait: "Waits for spot" };
const outcomes: Record<NonNullable<Course["outcome"]>, string> = {
  finished: "Finished, as was said",
  counted: "Its hours are done",
  missed: "The deadline came first",
};

export function CourseOf({ instance }: { instance: Instance }) {
  const { course } = instance;
  if (!course) return null;
  const percent = Math.min(100, (100 * course.done_hours) / course.work_hours);
  return (
    <Group title="Deadline" aside={<State course={course} />}>
      <Bar label="Work done" percent={percent} />
      <Facts>
        <Fact name="Done">
          <span className="figures">
            {hours(course.done_hours)} of {hours(course.work_hours)}
          </span>
          <span className="text-ink-3">, {hours(course.kept_hours)} saved</span>
        </Fact>
        <Fact name="Due">
          <Time at={course.deadline} />
        </Fact>
        {course.outcome === null && <Way course={course} />}
      </Facts>
      {course.outcome === null && <Finished instance={instance} />}
    </Group>
  );
}

function State({ course }: { course: Course }) {
  if (course.outcome)
    return <Badge tone={course.outcome === "missed" ? "danger" : "ok"}>{outcomes[course.outcome]}</Badge>;
  return course.action ? <Badge tone="info">{ways[course.action]}</Badge> : null;
}

function Way({ course }: { course: Course }) {
  const { slack_hours: slack, costs } = course;
  return (
    <>
      {slack !== null && (
        <Fact name="To spare">
          <span className="figures">{slack > 0 ? hours(slack) : "nothing: only on demand is left"}</span>
        </Fact>
      )}
      {course.latest_at && (
        <Fact name="On demand">
          <Time at={course.latest_at} /> <span className="text-ink-3">at the latest</span>
        </Fact>
      )}
      {course.why && <Fact name="Why">{course.why.split(" Expected to the end")[0]}</Fact>}
      {Object.keys(costs).length > 1 && (
        <Fact name="To the end">
          <Costs costs={costs} />
        </Fact>
      )}
      {course.ask_at && (
        <Fact name="Asked again">
          <Time at={course.ask_at} />
        </Fact>
      )}
    </>
  );
}

function Costs({ costs }: { costs: Course["costs"] }) {
  return (
    <ul className="figures">
      {Object.entries(costs).map(([action, cost]) => (
        <li key={action}>
          <Money value={cost} /> <span className="text-ink-3">{ways[action as Action].toLowerCase()}</span>
        </li>
      ))}
    </ul>
  );
}

function Finished({ instance }: { instance: Instance }) {
  const writes = useAllowed("fleet:write");
  const [report, { isLoading }] = fleetApi.useReportInstanceProgressMutation();
  return (
    <div>
      <Button
        size="sm"
        icon={Check}
        busy={isLoading}
        disabled={!writes}
        onClick={() => void report({ instanceId: instance.id, body: { finished: true } })}
      >
        The work is finished
      </Button>
    </div>
  );
}

const hours = (value: number) => (value > 0 ? duration(value * 3600) : "0 h");
