/** Price histories as charts want them: the same moments for all lines, gaps as gaps. */
import type { Series } from "../../../components/Chart";
import type { ModelHour, PricePoint } from "../../../lib/api/generated";

const HOUR = 3600;

export interface Run {
  moments: number[];
  series: Series[];
}

function figure(price: string | null): number | null {
  return price === null ? null : Number(price);
}

function seconds(moment: string): number {
  return Math.floor(Date.parse(moment) / 1000);
}

/** A price holds until the next change, so each change is drawn as a step that ends now. */
export function stepsOf(points: readonly PricePoint[], now: number = Date.now()): Run {
  const moments: number[] = [];
  const onDemand: (number | null)[] = [];
  const spot: (number | null)[] = [];
  const put = (at: number, point: PricePoint) => {
    moments.push(at);
    onDemand.push(figure(point.price_hour));
    spot.push(figure(point.spot_price_hour));
  };
  points.forEach((point, at) => {
    const before = points[at - 1];
    const moment = seconds(point.at);
    if (before && moment - 1 > (moments.at(-1) ?? 0)) put(moment - 1, before);
    if (moment > (moments.at(-1) ?? -1)) put(moment, point);
  });
  const last = points.at(-1);
  const end = Math.floor(now / 1000);
  if (last && end > (moments.at(-1) ?? 0)) put(end, last);
  return {
    moments,
    series: named([
      ["On demand", onDemand],
      ["Spot", spot],
    ]),
  };
}

/** Every hour between the first and the last; one without figures is a gap. */
export function hoursOf(hours: readonly ModelHour[]): Run {
  const by = new Map(hours.map((hour) => [seconds(hour.hour), hour]));
  const first = seconds(hours[0]?.hour ?? "");
  const last = seconds(hours.at(-1)?.hour ?? "");
  const moments: number[] = [];
  for (let at = first; at <= last; at += HOUR) moments.push(at);
  const line = (of: (hour: ModelHour) => string | null) =>
    moments.map((at) => {
      const hour = by.get(at);
      return hour ? figure(of(hour)) : null;
    });
  return {
    moments,
    series: named([
      ["Lowest", line((hour) => hour.lowest)],
      ["Median", line((hour) => hour.median)],
      ["Lowest effective", line((hour) => hour.effective_lowest)],
      ["Lowest spot", line((hour) => hour.spot_lowest)],
    ]),
  };
}

/** Lines that have any figure. */
function named(lines: readonly [string, (number | null)[]][]): Series[] {
  return lines
    .filter(([, values]) => values.some((value) => value !== null))
    .map(([name, values]) => ({ name, values }));
}
