/** Moments and durations in words, as people read them in a table. */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Distance from now in few characters: "now", "12 s ago", "in 3 min", "5 d ago". */
export function relative(moment: string | Date, now: number = Date.now()): string {
  const seconds = (now - new Date(moment).getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return "now";
  const words = duration(size, 1);
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

/** A duration by its largest units: "12 s", "3 min 20 s", "5 h 2 min", "4 d 1 h". */
export function duration(seconds: number, units = 2): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "—";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, name] of [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
    [1, "s"],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === units) break;
  }
  return parts.join(" ") || "0 s";
}

/** The whole moment, local time with its zone, for the hover and for copying. */
export function absolute(moment: string | Date): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "—";
  return date.toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  });
}
