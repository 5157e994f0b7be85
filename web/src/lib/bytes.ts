/** Sizes of data in decimal units, as object stores bill them: three significant digits, "4.21 GB". */

const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

export function sizeParts(bytes: number): { figure: string; unit: string } {
  const size = Math.abs(bytes);
  let at = 0;
  while (at < units.length - 1 && digits(size / 1000 ** at) >= 1000) at++;
  const scaled = digits(size / 1000 ** at);
  const places = at === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return { figure: `${bytes < 0 ? "−" : ""}${scaled.toFixed(places)}`, unit: units[at] ?? "B" };
}

/** Rounded as it will be written, so that 999.9 kB is 1.00 MB. */
function digits(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}

export function size(bytes: number): string {
  const { figure, unit } = sizeParts(bytes);
  return `${figure} ${unit}`;
}
