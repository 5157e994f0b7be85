/** What a figure of an offer is made of, as it opens over the table. */
import type { ReactNode } from "react";
import { Money } from "../../components/figures";
import type { Offer } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";
import { effectiveWords, perGpu, scoreWords, surcharge } from "./parts";

export function PeekTitle({ title, children }: { title: string; children: ReactNode }) {
  return (
    <p className="flex items-baseline justify-between gap-3 text-sm font-medium">
      {title}
      <span className="figures">{children}</span>
    </p>
  );
}

interface LineProps {
  name: string;
  note?: string;
  /** Percent of the whole, drawn as a bar below. */
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
          <span className="col-span-2">
            <Share share={share} />
          </span>
        )}
      </dd>
    </div>
  );
}

export function Share({ share, tone = "bg-accent" }: { share: number; tone?: string }) {
  return (
    <span aria-hidden className="flex h-1 overflow-hidden rounded-full bg-line">
      <span className={tone} style={{ width: `${Math.min(100, Math.max(0, share))}%` }} />
    </span>
  );
}

export function PriceParts({ offer }: { offer: Offer }) {
  const { price_hour, dph_total, gpu_count, spot_price_hour, storage_price_gb_month, egress_price_gb } =
    offer;
  return (
    <>
      <PeekTitle title="On demand">
        {price_hour ? <Money value={price_hour} per="h" /> : "not offered"}
      </PeekTitle>
      <dl className="mt-2 grid gap-1">
        {price_hour && gpu_count > 1 && (
          <Line name="One GPU">
            <Money value={perGpu(price_hour, gpu_count)} per="h" />
          </Line>
        )}
        {dph_total && (
          <Line name="With the disk asked for">
            <Money value={dph_total} per="h" />
          </Line>
        )}
        {spot_price_hour && (
          <Line name="At spot">
            <Money value={spot_price_hour} per="h" />
          </Line>
        )}
        <Line name="Disk" note="a GB and month">
          {storage_price_gb_month ? <Money value={storage_price_gb_month} as="price" /> : "not told"}
        </Line>
        <Line name="Traffic out" note="a GB">
          {egress_price_gb ? <Money value={egress_price_gb} as="price" /> : "not told"}
        </Line>
      </dl>
    </>
  );
}

export function EffectivePeek({ offer }: { offer: Offer }) {
  const { effective_price_hour: total, effective_parts: parts } = offer;
  const more = surcharge(offer);
  if (!total || !parts) return <p>There is no price to work it out from.</p>;
  return (
    <>
      <PeekTitle title="An hour of useful work">
        <Money value={total} per="h" />
      </PeekTitle>
      <dl className="mt-3 grid gap-2">
        {effectiveWords.map(([key, name, note]) => (
          <Line key={key} name={name} note={note} share={(Number(parts[key]) / Number(total)) * 100}>
            <Money value={parts[key]} as="price" />
          </Line>
        ))}
      </dl>
      <p className="mt-3 text-ink-3">
        {more !== null &&
          `${more >= 0 ? "+" : "−"}${Math.abs(more).toFixed(0)}% on the price that is billed. `}
        {offer.total_attempts > 0
          ? `Chances from ${plural(offer.total_attempts, "attempt")} on this machine.`
          : "Nothing was seen of this machine yet: chances are those of its provider's kind."}
      </p>
    </>
  );
}

export function ScorePeek({ offer }: { offer: Offer }) {
  const { g_score, g_parts } = offer;
  if (g_score === null || !g_parts) return <p>There is no price to work it out from.</p>;
  return (
    <>
      <PeekTitle title="G-score">{g_score.toFixed(0)}</PeekTitle>
      <dl className="mt-3 grid gap-2">
        {scoreWords.map(([key, name, weight]) => (
          <Line key={key} name={name} note={`× ${weight.toFixed(2)}`} share={g_parts[key]}>
            {g_parts[key].toFixed(0)}
          </Line>
        ))}
      </dl>
      <p className="mt-3 text-ink-3">
        What the machine is worth for its price, against all offers there are now.
      </p>
    </>
  );
}
