/** What the offer's machine did before: thirty days, its score part by part, and what came of the last attempts. */
import { CircleHelp } from "lucide-react";
import { Link } from "react-router";
import { Time } from "../../../components/figures";
import { Group } from "../../../components/Page";
import { ScoreParts, StaleMark, StaleScore, Sureness } from "../../../components/ReliabilityBreakdown";
import { EmptyState } from "../../../components/states";
import { ThirtyDays } from "../../../components/ThirtyDays";
import type { Experience, MachineScore, OfferDetail } from "../../../lib/api/generated";
import { pathOf } from "../../../lib/machines/standing";
import { count, plural } from "../../../lib/numbers";

export function Past({ offer }: { offer: OfferDetail }) {
  const { known } = offer.machine;
  const whole = (
    <Link to={pathOf(offer.provider, offer.machine_id)} className="text-accent-ink hover:underline">
      All of machine {offer.machine_id}
    </Link>
  );
  return (
    <Group title="What this machine did before" aside={whole}>
      {known.available ? <Told known={known} /> : <Silent note={known.note} />}
    </Group>
  );
}

/** The market answers without it too. */
function Silent({ note }: { note: string | null }) {
  return (
    <div className="rounded border border-line">
      <EmptyState icon={CircleHelp} title="Its past can't be read just now">
        <p>{note ?? "The price and the hardware are current."}</p>
      </EmptyState>
    </div>
  );
}

function Told({ known }: { known: Experience }) {
  return (
    <div className="grid items-start gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
      <section aria-label="The last 30 days" className="min-w-0">
        <ThirtyDays days={known.days} />
      </section>
      <div className="grid gap-4 text-xs">
        <Score score={known.score} />
        <Attempts known={known} />
      </div>
    </div>
  );
}

function Score({ score }: { score: MachineScore | null }) {
  if (!score || score.score === null)
    return (
      <p className="text-ink-2">
        No score yet: it takes 7 days of data, and there are {plural(score?.days ?? 0, "day")}.
      </p>
    );
  return (
    <section aria-label="Reliability score">
      <p className="figures flex items-baseline gap-2">
        <span className="text-2xl font-semibold">{score.score.toFixed(0)}</span>
        <span className="text-sm text-ink-3">of 100</span>
        {score.stale && <StaleMark />}
      </p>
      <ScoreParts score={score} />
      <p className="mt-2 text-ink-3">
        <Sureness score={score} />
      </p>
      {score.stale && <StaleScore until={score.data_until} />}
    </section>
  );
}

function Attempts({ known: { history, attempts } }: { known: Experience }) {
  const [newest] = attempts;
  if (!history || !newest) return <p className="text-ink-2">Nobody tried it yet.</p>;
  const { total_attempts: total, success_rate: rate } = history;
  return (
    <p className="figures text-ink-2">
      {count(total)} {total === 1 ? "attempt" : "attempts"} counted
      {rate !== null && `, ${rate.toFixed(0)}% worked`}. The last one {newest.success ? "worked" : "failed"}{" "}
      <Time at={newest.at} />.
    </p>
  );
}
