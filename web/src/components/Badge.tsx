/** A state in a word and an icon, never by colour alone. */
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Clock3,
  Info,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
} from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../lib/classes";

export type BadgeTone = "neutral" | "ok" | "good" | "warning" | "poor" | "danger" | "info" | "accent";

const tones: Record<BadgeTone, string> = {
  neutral: "bg-sunken text-ink-2",
  ok: "bg-ok-soft text-ok",
  good: "bg-good-soft text-good",
  warning: "bg-warning-soft text-warning",
  poor: "bg-poor-soft text-poor",
  danger: "bg-danger-soft text-danger",
  info: "bg-info-soft text-info",
  accent: "bg-accent-soft text-accent-ink",
};

interface Props {
  tone?: BadgeTone;
  icon?: LucideIcon | undefined;
  children: ReactNode;
  live?: boolean;
}

export function Badge({ tone = "neutral", icon: Icon, children, live = false }: Props) {
  return (
    <span
      className={cx(
        "inline-flex h-5 align-middle items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap",
        tones[tone],
      )}
    >
      {Icon && <Icon aria-hidden className={cx("size-3", live && "animate-breathe")} strokeWidth={2.25} />}
      {children}
    </span>
  );
}

interface Look {
  tone: BadgeTone;
  icon: LucideIcon;
  word: string;
  live?: boolean;
}

const states: Record<string, Look> = {
  queued: { tone: "neutral", icon: Clock3, word: "Queued" },
  waiting: { tone: "warning", icon: CircleDashed, word: "Waiting" },
  running: { tone: "info", icon: LoaderCircle, word: "Running", live: true },
  succeeded: { tone: "ok", icon: CircleCheck, word: "Succeeded" },
  failed: { tone: "danger", icon: CircleX, word: "Failed" },
  cancelled: { tone: "neutral", icon: Ban, word: "Cancelled" },
  active: { tone: "ok", icon: CircleCheck, word: "Active" },
  disabled: { tone: "danger", icon: Ban, word: "Disabled" },
  expired: { tone: "warning", icon: TriangleAlert, word: "Expired" },
  paused: { tone: "neutral", icon: Ban, word: "Paused" },
  delivered: { tone: "ok", icon: CircleCheck, word: "Delivered" },
  dead: { tone: "danger", icon: CircleX, word: "Given up" },
  silent: { tone: "warning", icon: TriangleAlert, word: "Silent" },
};

export function StateBadge({ state }: { state: string }) {
  const look = states[state] ?? { tone: "neutral", icon: Info, word: state };
  return (
    <Badge tone={look.tone} icon={look.icon} live={look.live ?? false}>
      {look.word}
    </Badge>
  );
}
