/** An offer on a phone: what it is and costs on top, where it is and how good below. */
import type { Offer } from "../../lib/api/generated";
import { EffectiveCell, GpuCell, PriceCell, ProviderCell, ReliabilityCell, ScoreCell } from "./cells";

import { bitrate, gigabytes, placeOf } from "./names";
import { LayAside, Seen } from "./rowCells";

export function OfferCard({ offer, spot }: { offer: Offer; spot: boolean }) {
  return (
    <div className="grid gap-1.5">
      <div className="flex items-center gap-2.5">
        <span className="-m-2 p-2">
          <LayAside offer={offer} />
        </span>
        <span className="min-w-0 flex-1 text-base">
          <GpuCell offer={offer} />
        </span>
        <span className="text-base font-medium">
          <PriceCell offer={offer} spot={spot} />
        </span>
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-ink-2">
        <ProviderCell offer={offer} />
        <Dot />
        {placeOf(offer)}
        <Dot />
        <span className="text-ink-3">
          <Seen offer={offer} />
        </span>
      </p>
      <p className="figures flex flex-wrap gap-x-2 text-xs text-ink-3">
        {[
          gigabytes(offer.ram_gb),
          `${gigabytes(offer.disk_gb)} disk`,
          `↓ ${bitrate(offer.inet_down_mbps)}`,
        ].join(" · ")}
      </p>
      <div className="mt-1 flex flex-wrap items-center justify-between gap-2 border-t border-line pt-2">
        <span className="text-xs text-ink-3">
          Effective{" "}
          <span className="text-sm text-ink">
            <EffectiveCell offer={offer} />
          </span>
        </span>
        <span className="inline-flex items-center gap-1 text-xs text-ink-3">
          G-score <ScoreCell offer={offer} />
        </span>
        <ReliabilityCell offer={offer} />
      </div>
    </div>
  );
}

function Dot() {
  return (
    <span aria-hidden className="text-ink-3">
      ·
    </span>
  );
}
