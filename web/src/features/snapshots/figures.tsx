/** Figures of snapshots: a size with its unit, a ratio, and a state in a word. */
import {
  CircleCheck,
  CircleX,
  Clock3,
  LoaderCircle,
  type LucideIcon,
  ScanSearch,
  Trash2,
} from "lucide-react";
import { Badge, type BadgeTone } from "../../components/Badge";
import { Money } from "../../components/figures";
import type { Snapshot } from "../../lib/api/generated";
import { sizeParts } from "../../lib/bytes";
import { toMicro } from "../../lib/money";

const CENT = 10_000n;

export function None() {
  return <span className="font-normal text-ink-3">—</span>;
}

export function Size({ bytes }: { bytes: number | null | undefined }) {
  if (bytes === null || bytes === undefined) return <None />;
  const { figure, unit } = sizeParts(bytes);
  return (
    <span className="figures whitespace-nowrap">
      {figure} <span className="text-xs font-normal text-ink-3">{unit}</span>
    </span>
  );
}

export function Ratio({ of }: { of: number | null | undefined }) {
  if (of === null || of === undefined) return <None />;
  return (
    <span className="figures whitespace-nowrap">
      {of.toFixed(2)}
      <span className="text-xs font-normal text-ink-3"> ×</span>
    </span>
  );
}

interface CostProps {
  of: string | null | undefined;
  /** What it is paid for: a little of them costs something, if less than a cent. */
  bytes: number | null;
}

export function MonthCost({ of, bytes }: CostProps) {
  if (of === null || of === undefined) return <None />;
  if (bytes !== null && bytes > 0 && toMicro(of) < CENT)
    return (
      <span className="figures whitespace-nowrap">
        &lt; $0.01<span className="text-xs font-normal text-ink-3">/month</span>
      </span>
    );
  return <Money value={of} per="month" />;
}

interface Look {
  tone: BadgeTone;
  icon: LucideIcon;
  word: string;
  live?: boolean;
}

export const stateLooks: Record<Snapshot["state"], Look> = {
  queued: { tone: "neutral", icon: Clock3, word: "Waiting" },
  running: { tone: "info", icon: LoaderCircle, word: "Running", live: true },
  verifying: { tone: "info", icon: ScanSearch, word: "Verifying", live: true },
  complete: { tone: "ok", icon: CircleCheck, word: "Complete" },
  failed: { tone: "danger", icon: CircleX, word: "Failed" },
  deleted: { tone: "neutral", icon: Trash2, word: "Deleted" },
};

export function StateMark({ state }: { state: Snapshot["state"] }) {
  const { tone, icon, word, live = false } = stateLooks[state];
  return (
    <Badge tone={tone} icon={icon} live={live}>
      {word}
    </Badge>
  );
}
