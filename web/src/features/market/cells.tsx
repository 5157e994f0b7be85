/** The figures of an offer in one line each, for the table, the cards and the pages. */
import { BadgeCheck, Clock3, Star } from "lucide-react";
import { Link } from "react-router";
import { Money } from "../../components/figures";
import { Peek } from "../../components/Peek";
import { type Rated, ReliabilityBadge } from "../../components/ReliabilityBadge";
import type { Offer } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { price } from "../../lib/money";
import { gpuWords, memoryWords, providerTitle } from "./names";
import { EffectivePeek, PriceParts, ScorePeek } from "./peeks";

export function None() {
  return <span className="text-ink-3">—</span>;
}

export function GpuCell({ offer }: { offer: Offer }) {
  const gone = !offer.available;
  const memory = memoryWords(offer);
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link
        to={`/market/${offer.id}`}
        className={cx("truncate font-medium hover:underline", gone && "text-ink-3 line-through")}
      >
        {gpuWords(offer)}
      </Link>
      {memory && <span className="shrink-0 text-xs text-ink-3">{memory}</span>}
      {offer.pareto && <ParetoStar />}
      {gone && <span className="text-xs text-warning">gone</span>}
    </span>
  );
}

export function ParetoStar() {
  return (
    <span
      role="img"
      aria-label="On the Pareto front"
      title="Nothing else is better in price, performance and reliability at once."
      className="shrink-0 text-accent-ink"
    >
      <Star aria-hidden className="size-3 fill-current" />
    </span>
  );
}

export function ProviderCell({ offer }: { offer: Offer }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1">
      <span className="truncate">{providerTitle(offer.provider)}</span>
      {offer.stale && <StaleMark />}
    </span>
  );
}

export function StaleMark() {
  return (
    <span role="img" aria-label="Stale" className="shrink-0 text-warning">
      <Clock3 aria-hidden className="size-3" strokeWidth={2.25} />
    </span>
  );
}

export function Verified({ offer }: { offer: Offer }) {
  if (!offer.verified) return <None />;
  return (
    <span className="inline-flex items-center gap-1 text-ink-2">
      <BadgeCheck aria-hidden className="size-3.5 text-info" /> Verified
    </span>
  );
}

export function PriceCell({ offer, spot }: { offer: Offer; spot: boolean }) {
  const value = spot ? offer.spot_price_hour : offer.price_hour;
  if (!value) return <None />;
  return (
    <Peek
      label={`${spot ? "Spot price" : "Price"} ${price(value)} an hour. Show what belongs to it`}
      content={() => <PriceParts offer={offer} />}
    >
      <Money value={value} per="h" />
    </Peek>
  );
}

export function EffectiveCell({ offer }: { offer: Offer }) {
  const value = offer.effective_price_hour;
  if (!value) return <None />;
  return (
    <Peek
      label={`Effective price ${price(value)} an hour. Show what it is made of`}
      content={() => <EffectivePeek offer={offer} />}
    >
      <Money value={value} per="h" />
    </Peek>
  );
}

export function ScoreCell({ offer }: { offer: Offer }) {
  if (offer.g_score === null) return <None />;
  const whole = Math.round(offer.g_score);
  return (
    <Peek
      label={`G-score ${whole} of 100. Show what it is made of`}
      content={() => <ScorePeek offer={offer} />}
      className="inline-flex items-center gap-1.5 align-middle"
    >
      <span aria-hidden className="flex h-1 w-8 overflow-hidden rounded-full bg-line">
        <span className="bg-accent" style={{ width: `${whole}%` }} />
      </span>
      <span className="figures w-5 text-right">{whole}</span>
    </Peek>
  );
}

export function ReliabilityCell({ offer }: { offer: Offer }) {
  return <ReliabilityBadge machine={ratedOf(offer)} />;
}

/** What an offer says of its machine. */
export function ratedOf(offer: Offer): Rated {
  return {
    provider: offer.provider,
    machineId: offer.machine_id,
    status: offer.reliability_status,
    score: offer.reliability_score,
    successRate: offer.success_rate,
    attempts: offer.total_attempts,
    blacklistReason: offer.blacklist_reason,
    claim: offer.provider_reliability,
  };
}
