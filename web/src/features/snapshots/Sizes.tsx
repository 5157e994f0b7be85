/** What becomes of the bytes of a tree: the same ones counted once, then compressed, then those that were new. */
import type { ReactNode } from "react";
import type { SnapshotDetail } from "../../lib/api/generated";
import { Ratio, Size } from "./figures";

export function Sizes({ snapshot }: { snapshot: SnapshotDetail }) {
  const { bytes, raw_bytes: raw, stored_bytes: stored, new_bytes: added } = snapshot;
  const most = Math.max(bytes ?? 0, raw ?? 0, stored ?? 0, added ?? 0, 1);
  return (
    <dl className="grid gap-3">
      <Step name="The tree" bytes={bytes} most={most} tone="bg-(--series-1) opacity-40" />
      <Step
        name="Its different chunks"
        bytes={raw}
        most={most}
        tone="bg-(--series-1) opacity-70"
        aside={<Ratio of={snapshot.dedup_ratio} />}
      />
      <Step
        name="Stored"
        bytes={stored}
        most={most}
        tone="bg-(--series-1)"
        aside={<Ratio of={snapshot.compression_ratio} />}
      />
      <Step name="Of that, new with this one" bytes={added} most={most} tone="bg-(--series-3)" />
    </dl>
  );
}

interface StepProps {
  name: string;
  bytes: number | null;
  most: number;
  tone: string;
  aside?: ReactNode;
}

function Step({ name, bytes, most, tone, aside }: StepProps) {
  return (
    <div className="grid grid-cols-[1fr_auto] items-baseline gap-x-3 gap-y-1">
      <dt className="text-ink-2">{name}</dt>
      <dd className="contents">
        <span className="flex items-baseline gap-3">
          {aside && <span className="text-xs text-ink-3">{aside}</span>}
          <span className="min-w-20 text-right">
            <Size bytes={bytes} />
          </span>
        </span>
        <span aria-hidden className="col-span-2 flex h-2 overflow-hidden rounded-full bg-sunken">
          <span className={`rounded-full ${tone}`} style={{ width: `${(100 * (bytes ?? 0)) / most}%` }} />
        </span>
      </dd>
    </div>
  );
}
