/** Times of an instance as people say them, there and back to cron lines. */

export const dayChoices = [
  { value: "*", label: "Every day" },
  { value: "1-5", label: "Monday to Friday" },
  { value: "0,6", label: "Saturday and Sunday" },
] as const;
export type Days = (typeof dayChoices)[number]["value"];

/** Null while the time is not one of a clock, such as "08:30". */
export function cronOf(days: Days, time: string): string | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(time.trim()) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return `${Number(minute)} ${Number(hour)} * * ${days}`;
}

/** A line that says more than days and a time is shown as it is. */
export function whenWords(cron: string): string {
  const [, minute, hour, weekday] = /^(\d{1,2}) (\d{1,2}) \* \* (\S+)$/.exec(cron) ?? [];
  const days = dayChoices.find(({ value }) => value === weekday)?.label;
  return days ? `${days} at ${hour?.padStart(2, "0")}:${minute?.padStart(2, "0")}` : cron;
}
