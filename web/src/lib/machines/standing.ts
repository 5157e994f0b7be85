/** How good a machine is in one word: by how often it started, by how it ran, and by the worse of the two. */

export type Status = "excellent" | "good" | "fair" | "poor" | "blacklisted" | "unknown";

/** The least a share of successes, or a score, must be for the word. */
const ladder: readonly [Status, number][] = [
  ["excellent", 90],
  ["good", 70],
  ["fair", 50],
  ["poor", 30],
];

/** Worst first; `unknown` is no place among them. */
const ranks: readonly Status[] = ["blacklisted", "poor", "fair", "good", "excellent"];

/** The lowest word for a score is that of a machine one keeps away from by hand, if at all. */
export function wordOf(score: number): Status {
  return ladder.find(([, least]) => score >= least)?.[0] ?? "poor";
}

export interface Known {
  /** By the attempts: how often it started. */
  status: Status;
  /** Of 30 days: how it ran once it was rented. */
  score: number | null;
}

/** A machine that runs well once it starts, and seldom starts, is no good one; nor is the contrary. */
export function standingOf({ status, score }: Known): Status {
  if (status === "blacklisted" || score === null) return status;
  const ran = wordOf(score);
  if (status === "unknown") return ran;
  return ranks.indexOf(ran) < ranks.indexOf(status) ? ran : status;
}

/** Whether there is nothing to judge by. */
export function isUnknown(known: Known): boolean {
  return known.score === null && known.status === "unknown";
}

export function keyOf(provider: string, machineId: string): string {
  return `${provider}:${machineId}`;
}

export function pathOf(provider: string, machineId: string): string {
  return `/machines/${encodeURIComponent(provider)}/${encodeURIComponent(machineId)}`;
}

export interface Share {
  name: string;
  note: string;
  /** 0 to 100, more is better; null where nothing is known of it. */
  points: number | null;
  /** What part of the score it makes: one of which nothing is known leaves its weight to the others. */
  weight: number;
}

interface Part {
  points: number | null;
  weight: number;
}

export interface Scored {
  parts: { uptime: Part; interruptions: Part; rating: Part };
  average_rating: number | null;
}

/** The three parts in words. */
export function sharesOf({ parts, average_rating: stars }: Scored): Share[] {
  return [
    { name: "Uptime", note: "while it was rented", ...parts.uptime },
    { name: "No interruptions", note: "of its rentals", ...parts.interruptions },
    {
      name: "Ratings",
      note: stars === null ? "by nobody yet" : `${stars.toFixed(1)} of 5 stars`,
      ...parts.rating,
    },
  ];
}
