/** The arithmetic of a race's picture: how long each lane is, of which pieces, and where its round began. */
import type { Lane, Race } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";

export interface Piece {
  stage: string;
  /** Shares of the track, 0 to 1. */
  from: number;
  width: number;
}

/** In the order in which a machine goes through them. */
const ORDER = ["creating", "booting", "ssh", "agent", "checking", "ending"];

const REFUSED = "offer_gone";

export const isOver = (lane: Lane) => lane.ended_at !== null || lane.winner;

/** Seconds of a lane now: what the server counted, and what has passed since it said so. */
export function secondsNow(lane: Lane, race: Race, now: number, saidAt: number): number {
  const goesOn = lane.ended_at === null && !(lane.winner && race.state !== "running");
  return lane.seconds + (goesOn ? Math.max(0, now - saidAt) / 1000 : 0);
}

/** How many seconds the track shows: a whole round at first, more where a lane has run longer. */
export function trackSeconds(race: Race, now: number, saidAt: number): number {
  const longest = Math.max(0, ...race.lanes.map((lane) => secondsNow(lane, race, now, saidAt)));
  return race.state === "running" ? Math.max(race.round_seconds, longest) : Math.max(1, longest);
}

/** The stages of a lane one after another; the last one goes on until now. */
export function piecesOf(lane: Lane, seconds: number, track: number): Piece[] {
  const known = Object.entries(lane.stages).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const pieces: Piece[] = [];
  let at = 0;
  for (const [stage, took] of known) {
    const width = Math.min(took, Math.max(0, seconds - at));
    pieces.push({ stage, from: at / track, width: width / track });
    at += width;
  }
  if (seconds > at) pieces.push({ stage: lane.lane, from: at / track, width: (seconds - at) / track });
  return pieces.filter((piece) => piece.width > 0);
}

/** The rounds, the first one first, each with its lanes in their order. */
export function roundsOf(race: Race): [round: number, lanes: Lane[]][] {
  const rounds = new Map<number, Lane[]>();
  for (const lane of race.lanes) rounds.set(lane.round, [...(rounds.get(lane.round) ?? []), lane]);
  return [...rounds].sort(([a], [b]) => a - b);
}

/** In a sentence, for everybody who does not see the picture. */
export function raceWords(race: Race): string {
  const gone = race.lanes.filter((lane) => lane.ended_at !== null).length;
  if (race.state === "won") {
    const losers = race.lanes.length - 1;
    const settled = gone >= losers ? "all confirmed gone" : `${gone} of ${losers} confirmed gone`;
    return losers === 0 ? "Won without any losers." : `Won; of the losers ${settled}.`;
  }
  if (race.state === "lost") return race.why || "No machine came up.";
  if (race.state === "cancelled") return "Stopped.";
  if (gone === race.lanes.length) return waitingWords(race);
  return `Round ${race.round} of ${race.rounds_max}: ${plural(race.lanes.length - gone, "machine")} under way.`;
}

/** While nobody races: nothing was chosen yet, or what was is refused and others are asked for in a moment. */
function waitingWords(race: Race): string {
  if (race.why) return race.why;
  const newest = race.lanes.filter((lane) => lane.round === race.round);
  const refused = newest.length > 0 && newest.every((lane) => lane.why_ended === REFUSED);
  return refused ? "All were refused by their clouds: more are asked for in a moment." : "Choosing machines.";
}
