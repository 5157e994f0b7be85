/** A chart over time with axes, units, a tooltip by mouse and keys, and its figures as a table; the canvas comes when needed. */
import { Table2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { absolute } from "../lib/time";
import { Button } from "./Button";

const Canvas = lazy(() => import("./ChartCanvas"));

export interface Series {
  name: string;
  /** One for each moment; null is a gap and is drawn as one. */
  values: readonly (number | null)[];
}

export interface ChartProps {
  label: string;
  /** Moments in seconds since 1970. */
  moments: readonly number[];
  /** Five at most, so that they can be told apart. */
  series: readonly Series[];
  words: (value: number) => string;
  height?: number;
}

export const seriesColors = [1, 2, 3, 4, 5].map((number) => `var(--series-${number})`);
/** The second sign beside colour, for those who can't tell the colours. */
export const seriesDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [4, 4]];

export function Chart(props: ChartProps) {
  const { label, series, height = 240 } = props;
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-medium">{label}</span>
        <ul className="flex flex-wrap gap-x-3 text-xs text-ink-2">
          {series.map((each, at) => (
            <li key={each.name} className="inline-flex items-center gap-1.5">
              <Key at={at} />
              {each.name}
            </li>
          ))}
        </ul>
        <Button
          size="sm"
          weight="ghost"
          icon={Table2}
          aria-pressed={asTable}
          className="ml-auto"
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? "Show chart" : "Show table"}
        </Button>
      </figcaption>
      <div style={{ height }}>
        {asTable ? (
          <Figures {...props} />
        ) : (
          <Suspense
            fallback={
              <div role="status" aria-label={`Loading ${label}`} className="h-full rounded bg-sunken" />
            }
          >
            <Canvas {...props} height={height} />
          </Suspense>
        )}
      </div>
    </figure>
  );
}

function Key({ at }: { at: number }) {
  return (
    <svg aria-hidden="true" width="16" height="8">
      <line
        x1="0"
        x2="16"
        y1="4"
        y2="4"
        stroke={seriesColors[at]}
        strokeWidth="2"
        strokeDasharray={seriesDashes[at]?.join(" ")}
      />
    </svg>
  );
}

function Figures({ label, moments, series, words }: ChartProps) {
  return (
    <section
      tabIndex={0}
      aria-label={`${label}, figures`}
      className="thin-scroll h-full overflow-auto rounded border border-line"
    >
      <table className="figures w-full text-right">
        <thead className="sticky top-0 bg-canvas text-xs text-ink-3">
          <tr>
            <th scope="col" className="px-3 py-1.5 text-left font-medium">
              Time
            </th>
            {series.map((each) => (
              <th key={each.name} scope="col" className="px-3 py-1.5 font-medium">
                {each.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {moments.map((moment, at) => (
            <tr key={moment} className="border-t border-line">
              <th scope="row" className="px-3 py-1 text-left font-normal text-ink-2">
                {absolute(new Date(moment * 1000))}
              </th>
              {series.map((each) => {
                const value = each.values[at];
                return (
                  <td key={each.name} className="px-3 py-1">
                    {value === null || value === undefined ? "no data" : words(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
