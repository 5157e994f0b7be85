/** What the score of a machine is made of, how sure it is and how old, and what is known beside it. */
import { Ban, Clock3, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "../lib/api/problem";
import { machinesApi } from "../lib/machines/api";
import { keyOf, type Scored, type Share, sharesOf } from "../lib/machines/standing";
import { count, plural } from "../lib/numbers";
import { providerTitle } from "../lib/providerNames";
import { Time } from "./figures";
import type { Rated } from "./ReliabilityBadge";
import { lookOf } from "./reliabilityLooks";
import { Skeleton } from "./Skeleton";

/** As it opens over a table: asked for when it is opened. */
export function ReliabilityBreakdown({ machine }: { machine: Rated }) {
  const { score } = machine;
  return (
    <>
      <p className="flex items-baseline justify-between gap-3 text-sm font-medium">
        Reliability
        <span className="figures">
          {score === null ? "no score yet" : Math.round(score)}
          {score !== null && <span className="text-xs font-normal text-ink-3"> of 100</span>}
        </span>
      </p>
      {machine.score !== null && <Parts machine={machine} />}
      <dl className="mt-3 grid gap-1 border-t border-line pt-2.5">
        <Line name="Own attempts">
          {machine.attempts === 0
            ? "none yet"
            : `${count(machine.attempts)}${machine.successRate === null ? "" : `, ${machine.successRate.toFixed(0)}% worked`}`}
        </Line>
        {machine.claim !== undefined && (
          <Line name={`${providerTitle(machine.provider)} claims`}>
            {machine.claim === null ? "nothing" : `${(machine.claim * 100).toFixed(1)}%`}
          </Line>
        )}
      </dl>
      <Meaning machine={machine} />
    </>
  );
}

function Meaning({ machine }: { machine: Rated }) {
  const { means } = lookOf(machine);
  if (machine.status === "blacklisted")
    return (
      <p className="mt-2.5 flex items-start gap-1.5 text-danger">
        <Ban aria-hidden className="mt-0.5 size-3 shrink-0" />
        {machine.blacklistReason ?? means}
      </p>
    );
  return <p className="mt-2.5 text-ink-3">{means}</p>;
}

function Parts({ machine }: { machine: Rated }) {
  const answer = machinesApi.useGetReliabilityQuery({
    machineId: keyOf(machine.provider, machine.machineId),
  });
  if (answer.error) return <p className="mt-2 text-ink-3">{asProblem(answer.error).title}</p>;
  if (!answer.data) return <PartsComing />;
  return (
    <>
      <ScoreParts score={answer.data} />
      <p className="mt-2.5 text-ink-3">
        <Sureness score={answer.data} />
      </p>
      {answer.data.stale && <StaleScore until={answer.data.data_until} />}
    </>
  );
}

function PartsComing() {
  return (
    <div role="status" aria-label="Loading what it is made of" className="mt-3 grid gap-3.5">
      {[0, 1, 2].map((part) => (
        <Skeleton key={part} className="h-5" />
      ))}
      <Skeleton className="h-8" />
    </div>
  );
}

export function ScoreParts({ score }: { score: Scored }) {
  return (
    <dl className="mt-3 grid gap-2">
      {sharesOf(score).map((part) => (
        <Part key={part.name} part={part} />
      ))}
    </dl>
  );
}

function Part({ part: { name, note, points, weight } }: { part: Share }) {
  return (
    <Line name={name} note={note} share={points ?? 0}>
      {points === null ? (
        <span className="text-ink-3">not known</span>
      ) : (
        <>
          {points.toFixed(1)} <span className="text-ink-3">× {weight.toFixed(2)}</span>
        </>
      )}
    </Line>
  );
}

interface LineProps {
  name: string;
  note?: string;
  /** Percent, drawn as a bar below. */
  share?: number;
  children: ReactNode;
}

function Line({ name, note, share, children }: LineProps) {
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 gap-y-1">
      <dt className="min-w-0 text-ink-2">
        {name}
        {note && <span className="text-ink-3"> {note}</span>}
      </dt>
      <dd className="contents">
        <span className="figures">{children}</span>
        {share !== undefined && (
          <span aria-hidden className="col-span-2 flex h-1 overflow-hidden rounded-full bg-line">
            <span className="bg-accent" style={{ width: `${share}%` }} />
          </span>
        )}
      </dd>
    </div>
  );
}

interface Sure {
  score_low: number | null;
  score_high: number | null;
  days: number;
  last_calculated: string | null;
}

/** How far the evidence reaches. */
export function Sureness({ score }: { score: Sure }) {
  const { score_low: low, score_high: high, days, last_calculated: at } = score;
  return (
    <>
      {low !== null && high !== null && (
        <>
          Very likely between {Math.round(low)} and {Math.round(high)}; ranked by the lower.{" "}
        </>
      )}
      From {plural(days, "day")} of data
      {at && (
        <>
          , calculated <Time at={at} />
        </>
      )}
      .
    </>
  );
}

export function StaleScore({ until }: { until: string | null }) {
  return (
    <p className="mt-2 flex items-start gap-1.5 rounded bg-warning-soft px-2 py-1.5 text-warning">
      <Clock3 aria-hidden className="mt-0.5 size-3 shrink-0" />
      <span>
        <span className="font-medium">Stale.</span> The newest data is from <Time at={until} />.
      </span>
    </p>
  );
}

/** Where a short word is needed beside a number. */
export function StaleMark() {
  return (
    <span className="inline-flex items-center gap-1 text-xs font-medium text-warning">
      <TriangleAlert aria-hidden className="size-3" /> Stale
    </span>
  );
}
