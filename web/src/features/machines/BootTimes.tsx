/** How long a machine took to be of use, as a distribution; the mean and the slow end are marked by their figures. */
import { useId } from "react";
import type { MachineDetail } from "../../lib/api/generated";
import { count, plural } from "../../lib/numbers";
import { duration } from "../../lib/time";
import { type Bucket, filled } from "./boots";

export function BootTimes({ machine }: { machine: MachineDetail }) {
  const buckets = filled(machine.boots);
  const id = useId();
  if (buckets.length === 0) return <p className="text-ink-2">It has not booted for us yet.</p>;
  const boots = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const { boot_seconds_mean: mean, boot_seconds_p95: slow } = machine;
  return (
    <figure aria-labelledby={id} className="grid gap-2">
      <Bars buckets={buckets} />
      <figcaption id={id} className="text-ink-2">
        {plural(boots, "boot")}
        {mean !== null && <>, {duration(mean)} on average</>}
        {slow !== null && <>; 95 of 100 within {duration(slow)}</>}.
      </figcaption>
      <table className="sr-only">
        <caption>Boot times</caption>
        <thead>
          <tr>
            <th scope="col">Seconds</th>
            <th scope="col">Boots</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket) => (
            <tr key={bucket.from_seconds}>
              <th scope="row">{rangeWords(bucket)}</th>
              <td>{bucket.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function rangeWords({ from_seconds: from, to_seconds: to }: Bucket): string {
  return `${duration(from, 1)} to ${duration(to, 1)}`;
}

function Bars({ buckets }: { buckets: readonly Bucket[] }) {
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  const first = buckets[0];
  const last = buckets.at(-1);
  if (!first || !last) return null;
  return (
    <div aria-hidden>
      <div className="flex h-28 max-w-xl items-end gap-px border-b border-line-2">
        {buckets.map((bucket) => (
          <span
            key={bucket.from_seconds}
            title={`${rangeWords(bucket)}: ${count(bucket.count)}`}
            className="flex h-full max-w-12 flex-1 flex-col items-center justify-end gap-0.5"
          >
            {bucket.count > 0 && buckets.length <= 20 && (
              <span className="figures text-[11px] leading-3 text-ink-3">{bucket.count}</span>
            )}
            <span
              className="w-full rounded-t-[2px] bg-(--series-1)"
              style={{ height: `${(bucket.count / most) * 82}%` }}
            />
          </span>
        ))}
      </div>
      <div
        className="figures mt-1 flex justify-between text-xs text-ink-3"
        style={{ maxWidth: Math.min(576, buckets.length * 49) }}
      >
        <span>{duration(first.from_seconds, 1)}</span>
        <span>{duration(last.to_seconds, 1)}</span>
      </div>
    </div>
  );
}
