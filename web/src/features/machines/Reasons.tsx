/** Why attempts failed, the most common first, each with its share. */
import { CircleCheck } from "lucide-react";
import { count } from "../../lib/numbers";
import { reasonWords } from "./words";

interface Props {
  counts: readonly (readonly [reason: string, times: number])[];
  none: string;
}

export function Reasons({ counts, none }: Props) {
  const sorted = [...counts].filter(([, times]) => times > 0).sort(([, a], [, b]) => b - a);
  const sum = sorted.reduce((all, [, times]) => all + times, 0);
  if (sum === 0)
    return (
      <p className="flex items-center gap-2 text-ink-2">
        <CircleCheck aria-hidden className="size-4 text-ok" /> {none}
      </p>
    );
  return (
    <ul className="grid gap-2.5">
      {sorted.map(([reason, times]) => (
        <li key={reason} className="grid gap-1">
          <p className="flex items-baseline justify-between gap-4">
            <span className="min-w-0">{reasonWords(reason)}</span>
            <span className="figures shrink-0">
              {count(times)}{" "}
              <span className="inline-block w-10 text-right text-xs text-ink-3">
                {((times / sum) * 100).toFixed(0)}%
              </span>
            </span>
          </p>
          <span aria-hidden className="flex h-1 overflow-hidden rounded-full bg-line">
            <span className="bg-accent" style={{ width: `${(times / sum) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
