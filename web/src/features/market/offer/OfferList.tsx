/** A few offers in lines: what, where, of whom, and what it costs. */
import { Link } from "react-router";
import { Money } from "../../../components/figures";
import type { Offer } from "../../../lib/api/generated";
import { gpuWords, placeOf, providerTitle } from "../names";

interface Props {
  label: string;
  offers: readonly Offer[];
  none: string;
}

export function OfferList({ label, offers, none }: Props) {
  if (offers.length === 0) return <p className="text-ink-3">{none}</p>;
  return (
    <ul aria-label={label} className="divide-y divide-line rounded border border-line">
      {offers.map((offer) => (
        <li key={offer.id} className="relative flex items-center gap-4 px-4 py-2 hover:bg-hover">
          <Link
            to={`/market/${offer.id}`}
            className="min-w-0 flex-1 truncate font-medium after:absolute after:inset-0"
          >
            {gpuWords(offer)}
          </Link>
          <span className="hidden w-28 truncate text-ink-2 sm:block">{providerTitle(offer.provider)}</span>
          <span className="hidden w-36 truncate text-ink-2 md:block">{placeOf(offer)}</span>
          <span className="figures w-20 text-right text-xs text-ink-3">
            {offer.g_score === null ? "" : `G ${Math.round(offer.g_score)}`}
          </span>
          <span className="w-24 text-right">
            {offer.price_hour ? (
              <Money value={offer.price_hour} per="h" />
            ) : offer.spot_price_hour ? (
              <>
                <span className="text-xs text-ink-3">spot </span>
                <Money value={offer.spot_price_hour} per="h" />
              </>
            ) : (
              "—"
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
