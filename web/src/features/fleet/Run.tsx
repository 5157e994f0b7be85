/** What an instance runs behind its start script: how it is, or how it ended last. */
import {
  Ban,
  CircleCheck,
  CircleHelp,
  CircleX,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import { Badge, type BadgeTone } from "../../components/Badge";
import { Time } from "../../components/figures";
import { Fact, Facts, Group } from "../../components/Page";
import type { Instance, InstanceDetail } from "../../lib/api/generated";
import { duration } from "../../lib/time";

type RunShown = NonNullable<Instance["run"]>;

const looks: Record<RunShown["state"], { tone: BadgeTone; icon: LucideIcon; word: string }> = {
  waiting: { tone: "neutral", icon: Hourglass, word: "Waiting" },
  running: { tone: "info", icon: LoaderCircle, word: "Running" },
  done: { tone: "ok", icon: CircleCheck, word: "Done" },
  failed: { tone: "danger", icon: CircleX, word: "Failed" },
  stopped: { tone: "neutral", icon: Ban, word: "Stopped" },
  unknown: { tone: "warning", icon: CircleHelp, word: "Not known" },
};

export function RunOf({ instance }: { instance: InstanceDetail }) {
  const { run } = instance;
  if (!run) return null;
  return (
    <Group title="Run" aside={<RunMark run={run} />}>
      {instance.wanted.run && (
        <pre className="thin-scroll max-h-32 overflow-auto rounded border border-line bg-surface-2 p-2 text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
          {instance.wanted.run}
        </pre>
      )}
      <Facts>
        {run.began_at && (
          <Fact name="Began">
            <Time at={run.began_at} />
          </Fact>
        )}
        {run.ended_at && (
          <Fact name="Ended">
            <Time at={run.ended_at} />
            {run.began_at && <span className="text-ink-3">, after {lasted(run.began_at, run.ended_at)}</span>}
          </Fact>
        )}
        {run.code !== null && (
          <Fact name="Exit code">
            <span className="figures">{run.code}</span>
          </Fact>
        )}
      </Facts>
      {run.why && <p className="mt-2 text-ink-2">{run.why}</p>}
    </Group>
  );
}

function RunMark({ run }: { run: RunShown }) {
  const { tone, icon, word } = looks[run.state];
  return (
    <Badge tone={tone} icon={icon} live={run.state === "running"}>
      {run.code ? `${word} with ${run.code}` : word}
    </Badge>
  );
}

function lasted(from: string, to: string): string {
  return duration((Date.parse(to) - Date.parse(from)) / 1000);
}
