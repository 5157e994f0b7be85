/** How long each stage took, in the order of their length; stages overlap, so their sum may be more than the whole. */
import { duration } from "../../lib/time";
import { stageWords } from "./words";

export function Stages({ stages }: { stages: Record<string, number> }) {
  const sorted = Object.entries(stages).sort(([, a], [, b]) => b - a);
  const longest = sorted[0]?.[1] || 1;
  if (sorted.length === 0) return <p className="text-ink-3">Nobody has told how long its stages took.</p>;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2">
      {sorted.map(([stage, seconds]) => (
        <div key={stage} className="col-span-3 grid grid-cols-subgrid items-center">
          <dt className="text-ink-2">{stageWords(stage)}</dt>
          <dd className="col-span-2 grid grid-cols-subgrid items-center">
            <span aria-hidden className="flex h-2 overflow-hidden rounded-full bg-sunken">
              <span className="rounded-full bg-accent" style={{ width: `${(100 * seconds) / longest}%` }} />
            </span>
            <span className="figures min-w-16 text-right">{duration(seconds)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
