/** Hourly prices of providers on one scale of time. */
import type { Series } from "../../../components/Chart";
import type { ModelHour, ModelPrices, ProviderPrices } from "../../../lib/api/generated";

const HOUR = 3_600_000;
/** More lines than this can't be told apart. */
const LINES = 5;

/** One GPU at one provider. */
export type Line = ModelPrices & Pick<ProviderPrices, "provider" | "title">;

/** Where a name means several GPUs, each of them at a provider is a line of its own. */
export function byGpu(items: readonly ProviderPrices[]): Line[] {
  return items.flatMap(({ others, ...item }) => [
    item,
    ...others.map((other) => ({ ...other, provider: item.provider, title: item.title })),
  ]);
}

/** One value for each hour from the first to the last; null where nothing is known. */
export function lowestByHour(series: readonly ModelHour[]): (number | null)[] {
  const { moments, values } = hourly(series);
  return moments.map((moment) => values.get(moment) ?? null);
}

export function together(items: readonly Pick<Line, "title" | "series">[]): {
  moments: number[];
  series: Series[];
} {
  const lines = items
    .map((item) => ({ name: item.title, ...hourly(item.series) }))
    .filter((line) => line.values.size > 0)
    .slice(0, LINES);
  const first = Math.min(...lines.map((line) => line.moments[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...lines.map((line) => line.moments.at(-1) ?? 0));
  const moments = steps(first, last);
  const series = lines.map(({ name, values }) => ({
    name,
    values: moments.map((moment) => values.get(moment) ?? null),
  }));
  return { moments: moments.map((moment) => moment / 1000), series };
}

function hourly(series: readonly ModelHour[]) {
  const values = new Map<number, number>();
  for (const { hour, lowest } of series) if (lowest !== null) values.set(Date.parse(hour), Number(lowest));
  const known = series.map(({ hour }) => Date.parse(hour));
  return { moments: steps(Math.min(...known), Math.max(...known)), values };
}

function steps(first: number, last: number): number[] {
  if (!Number.isFinite(first) || !Number.isFinite(last)) return [];
  return Array.from({ length: Math.round((last - first) / HOUR) + 1 }, (_, at) => first + at * HOUR);
}
