/** How each standing of a machine looks: a word, an icon and a colour, so that none of them says it alone. */
import {
  BadgeCheck,
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from "lucide-react";
import { isUnknown, type Known, type Status, standingOf } from "../lib/machines/standing";
import type { BadgeTone } from "./Badge";

export interface ReliabilityLook {
  tone: BadgeTone;
  icon: LucideIcon;
  word: string;
  /** What follows from it. */
  means: string;
}

export const reliabilityLooks: Record<Status, ReliabilityLook> = {
  excellent: {
    tone: "ok",
    icon: BadgeCheck,
    word: "Excellent",
    means: "Verified by what it did: it is preferred.",
  },
  good: { tone: "good", icon: CircleCheck, word: "Good", means: "Nothing speaks against it." },
  fair: {
    tone: "warning",
    icon: TriangleAlert,
    word: "Fair",
    means: "It failed more often than most; have something to go on with elsewhere.",
  },
  poor: {
    tone: "poor",
    icon: OctagonAlert,
    word: "Poor",
    means: "It fails about as often as it works. Another machine is worth a higher price.",
  },
  blacklisted: {
    tone: "danger",
    icon: Ban,
    word: "Blacklisted",
    means: "It is kept out of searches, races and wakes.",
  },
  unknown: {
    tone: "neutral",
    icon: CircleHelp,
    word: "Unknown",
    means: "It was tried fewer than three times, which says nothing.",
  },
};

const noData: ReliabilityLook = {
  tone: "neutral",
  icon: CircleDashed,
  word: "Insufficient data",
  means: "A score takes 7 days of data; a machine gets them by being rented.",
};

export function lookOf(known: Known): ReliabilityLook {
  return isUnknown(known) ? noData : reliabilityLooks[standingOf(known)];
}

/** "91 Excellent", "Fair", "Insufficient data". */
export function wordsOf(known: Known): string {
  const { word } = lookOf(known);
  return known.score === null ? word : `${Math.round(known.score)} ${word}`;
}
