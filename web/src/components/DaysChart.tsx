/** Thirty days: a line of percentages above, bars of counts below on the same days, gaps as gaps, and all of it as a table. */
import { Table2 } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "../lib/classes";
import { count } from "../lib/numbers";
import { Button } from "./Button";
import { type Day, dayWords, floorOf, gapsOf, percentWords, strokesOf, topOf } from "./days";

interface LineWords {
  name: string;
  /** What a gap means. */
  none: string;
}

interface BarWords {
  name: string;
  tone: "danger" | "neutral";
}

export interface DaysProps {
  label: string;
  line: LineWords;
  bar: BarWords;
  days: readonly Day[];
}

const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const LINE = 132;
const APART = 18;
const BARS = 52;
const FOOT = 22;
const HEIGHT = TOP + LINE + APART + BARS + FOOT;

const fills = { danger: "var(--danger)", neutral: "var(--line-2)" };

export function DaysChart(props: DaysProps) {
  const { label, line, bar } = props;
  const [asTable, showTable] = useState(false);
  return (
    <figure className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="font-medium">{label}</span>
        <span className="inline-flex items-center gap-1.5 text-xs text-ink-2">
          <span aria-hidden className="h-0.5 w-4 bg-(--series-1)" />
          {line.name}
        </span>
        <span className="inline-flex items-center gap-1.5 text-xs text-ink-2">
          <span aria-hidden className="h-2.5 w-1.5 rounded-[1px]" style={{ background: fills[bar.tone] }} />
          {bar.name}
        </span>
        <span className="inline-flex items-center gap-1.5 text-xs text-ink-3">
          <span aria-hidden className="size-2.5 rounded-[2px] border border-dashed border-line-2 bg-sunken" />
          No data
        </span>
        <Button
          size="sm"
          weight="ghost"
          icon={Table2}
          aria-pressed={asTable}
          className="ml-auto"
          onClick={() => showTable(!asTable)}
        >
          {asTable ? "Show chart" : "Show table"}
        </Button>
      </figcaption>
      {asTable ? (
        <section
          tabIndex={0}
          aria-label={`${label}, figures`}
          className="thin-scroll overflow-auto rounded border border-line"
          style={{ height: HEIGHT }}
        >
          <Figures {...props} />
        </section>
      ) : (
        <>
          <Drawing {...props} />
          <div className="sr-only">
            <Figures {...props} />
          </div>
        </>
      )}
    </figure>
  );
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const home = box.current;
    if (!home) return;
    setWidth(home.clientWidth);
    const watcher = new ResizeObserver(() => setWidth(home.clientWidth));
    watcher.observe(home);
    return () => watcher.disconnect();
  }, []);
  return { box, width };
}

function Drawing(props: DaysProps) {
  const { label, days } = props;
  const { box, width } = useWidth();
  const [at, point] = useState<number | null>(null);
  const step = Math.max(1, width - LEFT - RIGHT) / Math.max(1, days.length);
  const press = (event: KeyboardEvent) => {
    const last = days.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: at === null ? last : at - 1,
      ArrowRight: at === null ? 0 : at + 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    point(Math.min(last, Math.max(0, next)));
  };
  const move = (event: PointerEvent) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    const day = Math.floor(left / step);
    point(day >= 0 && day < days.length ? day : null);
  };
  return (
    <div className="relative">
      <div
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${label}, ${days.length} days. Arrow keys read the days; a table holds them all.`}
        onKeyDown={press}
        onPointerMove={move}
        onPointerLeave={() => point(null)}
        onBlur={() => point(null)}
        className="rounded"
        style={{ height: HEIGHT }}
      >
        {width > 0 && <Plot {...props} {...{ width, step, at }} />}
      </div>
      {at !== null && <Readout {...props} at={at} left={LEFT + (at + 0.5) * step} width={width} />}
    </div>
  );
}

interface PlotProps extends DaysProps {
  width: number;
  step: number;
  at: number | null;
}

function Plot({ days, bar, width, step, at }: PlotProps) {
  const floor = useMemo(() => floorOf(days), [days]);
  const top = useMemo(() => topOf(days), [days]);
  const x = (day: number) => LEFT + (day + 0.5) * step;
  const y = (value: number) => TOP + (1 - (value - floor) / (100 - floor)) * LINE;
  const base = TOP + LINE + APART + BARS;
  const tall = (value: number) => (value / top) * BARS;
  return (
    <svg aria-hidden="true" width={width} height={HEIGHT} className="figures block text-[12px]">
      <Gaps {...{ days, step, base }} />
      {[100, (100 + floor) / 2, floor].map((value) => (
        <Tick key={value} y={y(value)} width={width} words={`${value}%`} />
      ))}
      <Tick y={base - BARS} width={width} words={count(top)} />
      <Tick y={base} width={width} words="0" />
      {at !== null && (
        <rect x={LEFT + at * step} y={TOP} width={step} height={base - TOP} fill="var(--hover)" />
      )}
      {days.map((day, index) =>
        day.bar ? (
          <rect
            key={day.day}
            x={x(index) - Math.min(8, step * 0.3)}
            y={base - tall(day.bar)}
            width={Math.min(16, step * 0.6)}
            height={tall(day.bar)}
            rx={1.5}
            fill={fills[bar.tone]}
          />
        ) : null,
      )}
      <Line {...{ days, x, y, at }} />
      <DayNames {...{ days, x, base, width }} />
    </svg>
  );
}

function Gaps({ days, step, base }: { days: readonly Day[]; step: number; base: number }) {
  return (
    <>
      {gapsOf(days).map(([from, to]) => (
        <rect
          key={from}
          x={LEFT + from * step + 1}
          y={TOP}
          width={(to - from + 1) * step - 2}
          height={base - TOP}
          rx={3}
          fill="var(--sunken)"
          stroke="var(--line-2)"
          strokeDasharray="3 3"
        />
      ))}
    </>
  );
}

function Tick({ y, width, words }: { y: number; width: number; words: string }) {
  return (
    <>
      <line x1={LEFT} x2={width - RIGHT} y1={y} y2={y} stroke="var(--line)" />
      <text x={LEFT - 8} y={y + 4} textAnchor="end" fill="var(--ink-3)">
        {words}
      </text>
    </>
  );
}

interface LineProps {
  days: readonly Day[];
  x: (day: number) => number;
  y: (value: number) => number;
  at: number | null;
}

function Line({ days, x, y, at }: LineProps) {
  const strokes = useMemo(() => strokesOf(days), [days]);
  const pointed = at === null ? null : (days[at]?.line ?? null);
  return (
    <>
      {strokes.map((stroke) => (
        <path
          key={stroke[0]?.at}
          d={stroke.map(({ at: day, value }, nth) => `${nth ? "L" : "M"}${x(day)} ${y(value)}`).join("")}
          fill="none"
          stroke="var(--series-1)"
          strokeWidth="1.75"
          strokeLinejoin="round"
        />
      ))}
      {strokes
        .filter((stroke) => stroke.length === 1)
        .map(
          ([only]) =>
            only && (
              <circle key={only.at} cx={x(only.at)} cy={y(only.value)} r={2.5} fill="var(--series-1)" />
            ),
        )}
      {at !== null && pointed !== null && (
        <circle
          cx={x(at)}
          cy={y(pointed)}
          r={3.5}
          fill="var(--series-1)"
          stroke="var(--surface)"
          strokeWidth="1.5"
        />
      )}
    </>
  );
}

interface NamesProps {
  days: readonly Day[];
  x: (day: number) => number;
  base: number;
  width: number;
}

/** As many as there is room for, the newest day among them. */
function DayNames({ days, x, base, width }: NamesProps) {
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, (width - LEFT - RIGHT) / 72)));
  const last = days.length - 1;
  return (
    <>
      {days.map(({ day }, at) =>
        (last - at) % every === 0 ? (
          <text
            key={day}
            x={Math.min(x(at), width - 20)}
            y={base + 16}
            textAnchor="middle"
            fill="var(--ink-3)"
          >
            {dayWords(day)}
          </text>
        ) : null,
      )}
    </>
  );
}

function Readout({
  days,
  line,
  bar,
  at,
  left,
  width,
}: DaysProps & { at: number; left: number; width: number }) {
  const day = days[at];
  if (!day) return null;
  const onRight = left > width / 2;
  return (
    <div
      role="status"
      className="pointer-events-none absolute top-2 z-10 min-w-36 rounded bg-raised px-3 py-2 text-xs shadow-raised"
      style={onRight ? { right: width - left + 12 } : { left: left + 12 }}
    >
      <p className="mb-1 text-ink-3">{dayWords(day.day)}</p>
      <Value name={line.name}>{day.line === null ? line.none : percentWords(day.line)}</Value>
      <Value name={bar.name}>{day.bar === null ? "—" : count(day.bar)}</Value>
    </div>
  );
}

function Value({ name, children }: { name: string; children: string }) {
  return (
    <p className="figures flex justify-between gap-4">
      <span className="text-ink-2">{name}</span>
      <span className="font-medium">{children}</span>
    </p>
  );
}

function Figures({ label, line, bar, days }: DaysProps) {
  const head = "px-3 py-1.5 font-medium";
  return (
    <table aria-label={`${label}, figures`} className="figures w-full text-right">
      <thead className="sticky top-0 bg-canvas text-xs text-ink-3">
        <tr>
          <th scope="col" className={cx(head, "text-left")}>
            Day, UTC
          </th>
          <th scope="col" className={head}>
            {line.name}
          </th>
          <th scope="col" className={head}>
            {bar.name}
          </th>
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.day} className="border-t border-line">
            <th scope="row" className="px-3 py-1 text-left font-normal text-ink-2">
              {dayWords(day.day)}
            </th>
            <td className="px-3 py-1">{day.line === null ? "no data" : percentWords(day.line)}</td>
            <td className="px-3 py-1">{day.bar === null ? "no data" : count(day.bar)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
