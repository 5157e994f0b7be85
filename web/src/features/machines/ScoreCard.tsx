/** The score of a machine: its parts, how sure it is, how old; or why there is none. */
import { CircleDashed } from "lucide-react";
import { Alert } from "../../components/Alert";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Group } from "../../components/Page";
import { ScoreParts, StaleMark, StaleScore, Sureness } from "../../components/ReliabilityBreakdown";
import { SkeletonRows } from "../../components/Skeleton";
import type { MachineDetail, MachineScore } from "../../lib/api/generated";
import { machinesApi } from "../../lib/machines/api";
import { plural } from "../../lib/numbers";

export function ScoreCard({ machine }: { machine: MachineDetail }) {
  const answer = machinesApi.useGetReliabilityQuery({ machineId: machine.key });
  return (
    <Group title="Reliability score" aside={answer.data?.stale && <StaleMark />}>
      <Asked of={answer} loading={<SkeletonRows rows={4} what="the score" />}>
        {(score) => (score.score === null ? <NoScore score={score} /> : <Scored score={score} />)}
      </Asked>
    </Group>
  );
}

function NoScore({ score }: { score: MachineScore }) {
  return (
    <div className="grid justify-items-start gap-2">
      <Badge icon={CircleDashed}>Insufficient data</Badge>
      <p className="text-ink-2">
        There are {plural(score.days, "day")} of data, and a score takes 7. A machine gets them by being
        rented; what its provider claims is no part of it.
      </p>
    </div>
  );
}

function Scored({ score }: { score: MachineScore }) {
  const { score_low: low, score_high: high, score: value } = score;
  return (
    <div className="grid gap-1">
      <p className="figures flex items-baseline gap-2">
        <span className="text-2xl font-semibold">{value?.toFixed(0)}</span>
        <span className="text-ink-3">of 100</span>
      </p>
      {low !== null && high !== null && value !== null && <Interval {...{ low, high, value }} />}
      <div className="text-xs">
        <ScoreParts score={score} />
      </div>
      <p className="mt-2 text-xs text-ink-3">
        <Sureness score={score} />
      </p>
      {score.stale && <StaleScore until={score.data_until} />}
      {score.warning && !score.stale && <Alert tone="warning" title={score.warning} />}
    </div>
  );
}

/** Where the score may lie, as a range on the scale. */
function Interval({ low, high, value }: { low: number; high: number; value: number }) {
  return (
    <span
      role="img"
      aria-label={`Very likely between ${Math.round(low)} and ${Math.round(high)}`}
      className="relative my-1.5 block h-2 rounded-full bg-line"
    >
      <span
        className="absolute inset-y-0 rounded-full bg-accent opacity-35"
        style={{ left: `${low}%`, width: `${Math.max(1, high - low)}%` }}
      />
      <span
        className="absolute -inset-y-0.5 w-1 -translate-x-1/2 rounded-full bg-accent"
        style={{ left: `${value}%` }}
      />
    </span>
  );
}
