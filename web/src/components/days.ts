/** Thirty days as a drawing: a line that breaks where nothing is known, bars below it, and the scale of both. */

export interface Day {
  /** As the server writes it: 2026-07-01. */
  day: string;
  /** 0 to 100; null is a gap. */
  line: number | null;
  /** How many; null is a gap. */
  bar: number | null;
}

const floors = [99, 95, 90, 80, 50, 0];

/** The lowest value that is drawn: a few percent must be seen where all is near a hundred. */
export function floorOf(days: readonly Day[]): number {
  const known = days.flatMap(({ line }) => (line === null ? [] : [line]));
  const low = Math.min(100, ...known);
  return floors.find((floor) => floor <= low - (100 - low) * 0.1) ?? 0;
}

/** The highest bar; a single one must not fill the height. */
export function topOf(days: readonly Day[]): number {
  const most = Math.max(0, ...days.map(({ bar }) => bar ?? 0));
  for (const step of [2, 5, 10, 20, 50, 100, 200, 500, 1000]) if (most <= step) return step;
  return Math.ceil(most / 1000) * 1000;
}

export interface Point {
  at: number;
  value: number;
}

/** The line in strokes: a gap lifts the pen, so a day alone between gaps is a stroke of one point. */
export function strokesOf(days: readonly Day[]): Point[][] {
  const strokes: Point[][] = [];
  let open: Point[] | null = null;
  days.forEach(({ line }, at) => {
    if (line === null) {
      open = null;
      return;
    }
    if (open === null) {
      open = [];
      strokes.push(open);
    }
    open.push({ at, value: line });
  });
  return strokes;
}

/** Days without anything known, as runs from one to another, both included. */
export function gapsOf(days: readonly Day[]): [from: number, to: number][] {
  const gaps: [number, number][] = [];
  days.forEach(({ line, bar }, at) => {
    if (line !== null || bar !== null) return;
    const last = gaps.at(-1);
    if (last && last[1] === at - 1) last[1] = at;
    else gaps.push([at, at]);
  });
  return gaps;
}

const full = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function dayWords(day: string): string {
  return full.format(new Date(`${day}T00:00:00Z`));
}

/** 99.95 stays apart from 100. */
export function percentWords(value: number): string {
  if (value === 100) return "100%";
  const places = value > 99 ? 2 : 1;
  const most = 100 - 10 ** -places;
  return `${Math.min(value, most).toFixed(places)}%`;
}
