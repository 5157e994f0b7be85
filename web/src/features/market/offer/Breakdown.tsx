/** What the effective price and the G-score of an offer are made of, side by side as bars. */
import type { ReactNode } from "react";
import { Money } from "../../../components/figures";
import { Group } from "../../../components/Page";
import type { Offer } from "../../../lib/api/generated";
import { effectiveWords, scoreWords } from "../parts";
import { Share } from "../peeks";

export function Breakdown({ offer }: { offer: Offer }) {
  const { effective_parts: parts, effective_price_hour: total, g_parts, g_score } = offer;
  return (
    <Group title="What an hour of useful work costs">
      {parts && total ? (
        <>
          <dl className="grid gap-2.5">
            {effectiveWords.map(([key, name, note]) => (
              <Bar key={key} name={name} note={note} share={(Number(parts[key]) / Number(total)) * 100}>
                <Money value={parts[key]} as="price" />
              </Bar>
            ))}
          </dl>
          <p className="flex justify-between border-t border-line pt-2 font-medium">
            Together
            <Money value={total} per="h" />
          </p>
        </>
      ) : (
        <p className="text-ink-3">There is no price to work it out from.</p>
      )}
      {g_parts && g_score !== null && (
        <>
          <h3 className="mt-3 font-medium">What the G-score is made of</h3>
          <dl className="grid gap-2.5">
            {scoreWords.map(([key, name, weight]) => (
              <Bar key={key} name={name} note={`× ${weight.toFixed(2)}`} share={g_parts[key]}>
                {g_parts[key].toFixed(0)}
              </Bar>
            ))}
          </dl>
        </>
      )}
    </Group>
  );
}

interface BarProps {
  name: string;
  note: string;
  share: number;
  children: ReactNode;
}

function Bar({ name, note, share, children }: BarProps) {
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 gap-y-1">
      <dt>
        {name} <span className="text-xs text-ink-3">{note}</span>
      </dt>
      <dd className="contents">
        <span className="figures">{children}</span>
        <span className="col-span-2">
          <Share share={share} />
        </span>
      </dd>
    </div>
  );
}
