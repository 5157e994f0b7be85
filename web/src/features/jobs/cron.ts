/** The common shapes of a cron line in words; others are left to the line itself. */

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

export function cronWords(cron: string): string {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.trim().split(/\s+/);
  if (month !== "*") return "By its own clock";
  if (day === "*" && weekday === "*") return dailyWords(minute, hour);
  const at = clock(minute, hour);
  if (at && day === "*" && days[Number(weekday)]) return `On ${days[Number(weekday)]}s at ${at}`;
  if (at && weekday === "*" && /^\d+$/.test(day)) return `On day ${day} of the month at ${at}`;
  return "By its own clock";
}

function dailyWords(minute: string, hour: string): string {
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (hour === "*" && minute === "*") return "Every minute";
  if (hour === "*" && step) return `Every ${step} minutes`;
  if (hour === "*" && /^\d+$/.test(minute)) return `Every hour at :${minute.padStart(2, "0")}`;
  const hours = /^\*\/(\d+)$/.exec(hour)?.[1];
  if (hours && /^\d+$/.test(minute)) return `Every ${hours} hours at :${minute.padStart(2, "0")}`;
  const at = clock(minute, hour);
  return at ? `Every day at ${at}` : "By its own clock";
}

function clock(minute: string, hour: string): string | null {
  if (!/^\d+$/.test(minute) || !/^\d+$/.test(hour)) return null;
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}
