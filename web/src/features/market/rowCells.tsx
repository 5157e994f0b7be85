/** The cells of a row of the market: few elements, the same ones for every offer, so that a scroll changes their texts only. */
import { Clock3, Star } from "lucide-react";
import { ReliabilityMark } from "../../components/ReliabilityBadge";
import type { Offer } from "../../lib/api/generated";
import { useTickingWords } from "../../lib/ticking";
import { relative } from "../../lib/time";
import { useSeenAt } from "./ages";
import { rowWords } from "./rowWords";
import { toggle, useInTray, useTrayFull } from "./tray";

type Stop = 0 | -1;

const NOTHING = "—";
/** A figure that opens: what it opens to is its column's `peek`. */
const opens = "-mx-1 rounded px-1 hover:bg-sunken";

export function LayAside({ offer, stop = 0 }: { offer: Offer; stop?: Stop }) {
  const inside = useInTray(offer.id);
  const full = useTrayFull();
  return (
    <input
      type="checkbox"
      checked={inside}
      disabled={full && !inside}
      tabIndex={stop}
      aria-label={`Compare ${rowWords(offer).name}`}
      onChange={() => toggle(offer)}
      className="block size-4 accent-(--accent) disabled:opacity-40"
    />
  );
}

export function gpuCell(offer: Offer, stop: Stop) {
  const { gpu, memory } = rowWords(offer);
  const gone = !offer.available;
  return (
    <>
      <a
        href={`/market/${offer.id}`}
        data-open
        tabIndex={stop}
        className={gone ? "text-ink-3 line-through" : "font-medium hover:underline"}
      >
        {gpu}
      </a>
      <span className="ml-1.5 text-xs text-ink-3">{memory}</span>
      {offer.pareto && <RowStar />}
      {gone && <span className="ml-1.5 text-xs text-warning">gone</span>}
    </>
  );
}

function RowStar() {
  return (
    <span
      role="img"
      aria-label="On the Pareto front"
      title="Nothing else is better in price, performance and reliability at once."
      className="ml-1.5 inline-block align-[-1px] text-accent-ink"
    >
      <Star aria-hidden className="size-3 fill-current" />
    </span>
  );
}

export function providerCell(offer: Offer) {
  return (
    <>
      {rowWords(offer).provider}
      {offer.stale && <RowStale />}
    </>
  );
}

function RowStale() {
  return (
    <span role="img" aria-label="Stale" className="ml-1 inline-block align-[-1px] text-warning">
      <Clock3 aria-hidden className="size-3" strokeWidth={2.25} />
    </span>
  );
}

export function placeCell(offer: Offer) {
  const { place, region, wholePlace } = rowWords(offer);
  return (
    <span title={wholePlace}>
      {wholePlace ? place : NOTHING}
      <span className="ml-1.5 text-xs text-ink-3">{region}</span>
    </span>
  );
}

export function priceCell(offer: Offer, spot: boolean, stop: Stop) {
  const words = rowWords(offer);
  const value = spot ? words.spot : words.price;
  if (!value) return NOTHING;
  return (
    <button
      type="button"
      data-peek="price"
      tabIndex={stop}
      aria-label={`${spot ? "Spot price" : "Price"} ${value} an hour. Show what belongs to it`}
      className={opens}
    >
      {value}
      <span className="text-xs text-ink-3">/h</span>
    </button>
  );
}

export function effectiveCell(offer: Offer, stop: Stop) {
  const { effective } = rowWords(offer);
  if (!effective) return NOTHING;
  return (
    <button
      type="button"
      data-peek="effective"
      tabIndex={stop}
      aria-label={`Effective price ${effective} an hour. Show what it is made of`}
      className={opens}
    >
      {effective}
      <span className="text-xs text-ink-3">/h</span>
    </button>
  );
}

export function spotCell(offer: Offer) {
  const { spot } = rowWords(offer);
  return (
    <>
      {spot ?? NOTHING}
      <span className="text-xs text-ink-3">{spot && "/h"}</span>
    </>
  );
}

export function scoreCell(offer: Offer, stop: Stop) {
  const { score } = rowWords(offer);
  if (score === null) return NOTHING;
  return (
    <button
      type="button"
      data-peek="score"
      tabIndex={stop}
      aria-label={`G-score ${score} of 100. Show what it is made of`}
      className={opens}
    >
      <span aria-hidden className="meter" style={{ backgroundSize: `${score}% 100%` }} />
      {score}
    </button>
  );
}

export function reliabilityCell(offer: Offer, stop: Stop) {
  const { reliability_status: status, reliability_score: score } = offer;
  return (
    <button
      type="button"
      data-peek="reliability"
      tabIndex={stop}
      aria-label={`Reliability: ${rowWords(offer).reliability}. Show what it is made of`}
      className={opens}
    >
      <ReliabilityMark known={{ status, score }} />
    </button>
  );
}

/** Without a tooltip of its own: there are too many of them, and the offer's page has the whole moment. */
export function Seen({ offer }: { offer: Offer }) {
  const at = useSeenAt(offer);
  const words = useTickingWords((now) => relative(at, now));
  return (
    <time dateTime={at} className="figures whitespace-nowrap">
      {words}
    </time>
  );
}
