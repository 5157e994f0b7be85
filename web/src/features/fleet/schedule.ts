/** Times of an instance as people say them, there and back to cron lines. */

export const patterns = [
  { value: "daily", label: "Every day" },
  { value: "workdays", label: "Monday to Friday" },
  { value: "weekend", label: "Saturday and Sunday" },
  { value: "weekdays", label: "Chosen weekdays" },
  { value: "hours", label: "Every few hours" },
  { value: "once", label: "Once" },
  { value: "cron", label: "A cron line" },
] as const;
export type Kind = (typeof patterns)[number]["value"];

export interface Pattern {
  kind: Kind;
  /** "08:30"; of a rhythm of hours only the minute counts. */
  time: string;
  /** 0 is Sunday. */
  days: readonly number[];
  hours: number;
  /** As a field of date and time has it. */
  once: string;
  cron: string;
}

export const usual: Pattern = { kind: "workdays", time: "08:00", days: [], hours: 6, once: "", cron: "" };

/** Those that a day can be parted by, so that it goes on evenly over midnight. */
export const rhythms = [1, 2, 3, 4, 6, 8, 12] as const;

/** As a week is read. */
export const weekdays = [
  { value: 1, label: "Mon" },
  { value: 2, label: "Tue" },
  { value: 3, label: "Wed" },
  { value: 4, label: "Thu" },
  { value: 5, label: "Fri" },
  { value: 6, label: "Sat" },
  { value: 0, label: "Sun" },
] as const;

const wholes: Record<string, string> = {
  "*": "Every day",
  "1-5": "Monday to Friday",
  "0,6": "Saturday and Sunday",
};

/** Null while something is missing, or the time is not one of a clock. */
export function cronOf(pattern: Pattern): string | null {
  if (pattern.kind === "cron") return pattern.cron.trim().replace(/\s+/g, " ") || null;
  const clock = clockOf(pattern.time);
  if (clock === null || pattern.kind === "once") return null;
  const { minute, hour } = clock;
  if (pattern.kind === "hours") return `${minute} ${pattern.hours === 1 ? "*" : `*/${pattern.hours}`} * * *`;
  const days = { daily: "*", workdays: "1-5", weekend: "0,6", weekdays: listed(pattern.days) }[pattern.kind];
  return days && `${minute} ${hour} * * ${days}`;
}

/** A line that says more than days and a time is shown as it is. */
export function whenWords(cron: string): string {
  const [, every, beat] = /^(\d{1,2}) \*(?:\/(\d{1,2}))? \* \* \*$/.exec(cron) ?? [];
  if (every !== undefined) {
    const past = Number(every) ? `, ${Number(every)} min past` : "";
    return `${beat === undefined || beat === "1" ? "Every hour" : `Every ${beat} hours`}${past}`;
  }
  const [, minute, hour, weekday] = /^(\d{1,2}) (\d{1,2}) \* \* (\S+)$/.exec(cron) ?? [];
  const days = weekday && (wholes[weekday] ?? dayNames(weekday));
  return days ? `${days} at ${hour?.padStart(2, "0")}:${minute?.padStart(2, "0")}` : cron;
}

function clockOf(time: string): { hour: number; minute: number } | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(time.trim()) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return { hour: Number(hour), minute: Number(minute) };
}

const listed = (days: readonly number[]) => (days.length ? [...days].sort().join(",") : null);

function dayNames(list: string): string | null {
  if (!/^[0-6](,[0-6])*$/.test(list)) return null;
  const chosen = list.split(",").map(Number);
  return weekdays
    .filter(({ value }) => chosen.includes(value))
    .map(({ label }) => label)
    .join(", ");
}
