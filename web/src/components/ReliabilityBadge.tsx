/** How reliable a machine is: a number, a word, an icon; what it is made of opens on hover, on focus and by a press. */
import { isUnknown, type Known, keyOf, type Status } from "../lib/machines/standing";
import { Badge } from "./Badge";
import { Peek } from "./Peek";
import { ReliabilityBreakdown } from "./ReliabilityBreakdown";
import { lookOf, reliabilityLooks, wordsOf } from "./reliabilityLooks";

export interface Rated extends Known {
  provider: string;
  machineId: string;
  successRate: number | null;
  attempts: number;
  blacklistReason?: string | null;
  /** 0 to 1, as the provider says; it is shown beside the score and is no part of it. */
  claim?: number | null;
}

export function ReliabilityMark({ known }: { known: Known }) {
  const { tone, icon } = lookOf(known);
  // Most machines of a market are unknown, and a hundred badges that say so would drown the few that say something.
  if (isUnknown(known)) return <span className="text-xs text-ink-3">{wordsOf(known)}</span>;
  return (
    <Badge tone={tone} icon={icon}>
      <span className="figures">{wordsOf(known)}</span>
    </Badge>
  );
}

export function ReliabilityBadge({ machine }: { machine: Rated }) {
  return (
    <Peek
      label={`Reliability: ${wordsOf(machine)}. Show what it is made of`}
      content={() => (
        <ReliabilityBreakdown key={keyOf(machine.provider, machine.machineId)} machine={machine} />
      )}
    >
      <ReliabilityMark known={machine} />
    </Peek>
  );
}

const inks: Record<Status, string> = {
  excellent: "text-ok",
  good: "text-good",
  fair: "text-warning",
  poor: "text-poor",
  blacklisted: "text-danger",
  unknown: "text-ink-3",
};

/** The icon alone, where the word stands beside it. */
export function ReliabilityLookMark({ status }: { status: Status }) {
  const { icon: Icon } = reliabilityLooks[status];
  return <Icon aria-hidden className={`size-3.5 shrink-0 ${inks[status]}`} />;
}
