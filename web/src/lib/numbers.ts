/** Numbers as the interface writes them: grouped, short, with real minus signs. */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const significant = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

export function count(value: number): string {
  return grouped.format(value).replace("-", "−");
}

/** Three significant digits with a short unit: 1.2k, 3.45M. */
export function short(value: number): string {
  for (const [size, unit] of [
    [1e9, "B"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (Math.abs(value) >= size)
      return `${significant.format(value / (unit === "k" ? 1e3 : size))}${unit}`.replace("-", "−");
  }
  return significant.format(value).replace("-", "−");
}

export function percent(share: number, places = 1): string {
  return `${(share * 100).toFixed(places).replace("-", "−")}%`;
}

/** Null for nothing. What is no number goes as it was typed: JSON would make null of NaN, and the server's answer names the field. */
export function typedNumber(text: string): number | null {
  const said = text.trim();
  if (!said) return null;
  const value = Number(said);
  return Number.isFinite(value) ? value : (said as unknown as number);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
