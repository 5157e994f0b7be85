/** A grid of values as shades, each cell with its words, and the same figures as a table for those who can't see it. */
import { cx } from "../lib/classes";

interface Props {
  label: string;
  rows: readonly string[];
  columns: readonly string[];
  /** By row, then column; null is a gap. */
  values: readonly (readonly (number | null)[])[];
  words: (value: number) => string;
}

const GAP = 2;

function shade(share: number): string {
  return `color-mix(in oklch, var(--heat-to) ${Math.round(share * 100)}%, var(--heat-from))`;
}

export function Heatmap({ label, rows, columns, values, words }: Props) {
  const known = values.flat().filter((value): value is number => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const share = (value: number) => (value - low) / (high - low || 1);
  return (
    <figure className="grid gap-2">
      <section tabIndex={0} aria-label={`${label}, scrolls`} className="thin-scroll overflow-x-auto rounded">
        <table className="w-full min-w-md border-separate text-xs" style={{ borderSpacing: GAP }}>
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr>
              <td />
              {columns.map((column) => (
                <th key={column} scope="col" className="pb-1 font-normal text-ink-3">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row}>
                <th scope="row" className="pr-2 text-right font-normal whitespace-nowrap text-ink-3">
                  {row}
                </th>
                {columns.map((column, across) => (
                  <HeatCell
                    key={column}
                    value={values[at]?.[across] ?? null}
                    name={`${row}, ${column}`}
                    {...{ share, words }}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <figcaption className="figures flex items-center justify-end gap-2 text-xs text-ink-3">
        {words(low)}
        <span
          aria-hidden
          className="h-2 w-24 rounded-full"
          style={{ background: "linear-gradient(to right in oklch, var(--heat-from), var(--heat-to))" }}
        />
        {words(high)}
      </figcaption>
    </figure>
  );
}

interface CellProps {
  value: number | null;
  name: string;
  share: (value: number) => number;
  words: (value: number) => string;
}

function HeatCell({ value, name, share, words }: CellProps) {
  const said = value === null ? "no data" : words(value);
  return (
    <td
      title={`${name}: ${said}`}
      className={cx("h-6 min-w-6 rounded-[3px] p-0", value === null && "border border-dashed border-line-2")}
      style={value === null ? undefined : { background: shade(share(value)) }}
    >
      <span className="sr-only">{said}</span>
    </td>
  );
}
