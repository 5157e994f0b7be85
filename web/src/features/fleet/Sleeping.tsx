/** When it will sleep and why it does not: the rule, what keeps it awake, and putting that off. */
import { Coffee } from "lucide-react";
import { useSearchParams } from "react-router";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import { Fact, Facts, Group } from "../../components/Page";
import type { InstanceDetail } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { duration } from "../../lib/time";
import { Next } from "./figures";
import { Schedules } from "./Schedules";
import { useInstanceActions } from "./useInstanceActions";
import { WhyAwake } from "./WhyAwake";

const MOST_SECONDS = 30 * 24 * 3600;
const SNOOZES = [3600, 4 * 3600, 24 * 3600] as const;

export function Sleeping({ instance }: { instance: InstanceDetail }) {
  const { hibernation: rule, next } = instance;
  const gpus = instance.machine === null || instance.machine.gpu_count > 0;
  const awake = instance.state === "running" || instance.state === "on_standby";
  return (
    <Group title="Sleep">
      <p className="text-ink-2">
        {rule.enabled
          ? `Sleeps when ${gpus ? `its GPUs are below ${rule.gpu_percent} % and nothing else is busy` : "nothing is busy"} for ${duration(rule.idle_seconds)}.`
          : instance.course?.outcome === null
            ? "Idleness does not put it to sleep before its work is done."
            : "Never sleeps by itself."}
        {rule.dry_run && " Only tells when it would."}
      </p>
      <Facts>
        {next && (
          <Fact name="Next">
            <Next next={next} />
          </Fact>
        )}
        {instance.keep_awake_until && (
          <Fact name="Kept awake">
            until <Time at={instance.keep_awake_until} />
          </Fact>
        )}
        {instance.until_at && (
          <Fact name="Ends">
            <Time at={instance.until_at} /> ({instance.until_action})
          </Fact>
        )}
      </Facts>
      {awake && rule.enabled && <WhyAwake instanceId={instance.id} />}
      {awake && rule.enabled && <AskedByLink instance={instance} />}
      {awake && rule.enabled && <Snooze instance={instance} />}
      <Schedules instance={instance} />
    </Group>
  );
}

/** Whoever comes by the link of a warning says with one more click that it is meant: a link alone changes nothing. */
function AskedByLink({ instance }: { instance: InstanceDetail }) {
  const [asked, setAsked] = useSearchParams();
  const { keepAwake } = useInstanceActions();
  const seconds = Number(asked.get("keep-awake"));
  if (!(seconds > 0 && seconds <= MOST_SECONDS)) return null;
  const over = () => setAsked({}, { replace: true });
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 rounded border border-line p-3">
      <span>Keep it awake for {duration(seconds, 1)}?</span>
      <Button size="sm" icon={Coffee} onClick={() => void keepAwake(instance, seconds).then(over)}>
        Keep awake
      </Button>
      <Button size="sm" weight="ghost" onClick={over}>
        No
      </Button>
    </div>
  );
}

function Snooze({ instance }: { instance: InstanceDetail }) {
  const writes = useAllowed("fleet:write");
  const { keepAwake } = useInstanceActions();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-xs text-ink-3">Keep awake for</span>
      {SNOOZES.map((seconds) => (
        <Button
          key={seconds}
          size="sm"
          icon={Coffee}
          disabled={!writes}
          onClick={() => void keepAwake(instance, seconds)}
        >
          {duration(seconds, 1)}
        </Button>
      ))}
      {instance.keep_awake_until && (
        <Button size="sm" weight="ghost" disabled={!writes} onClick={() => void keepAwake(instance, 0)}>
          Let it sleep
        </Button>
      )}
    </div>
  );
}
