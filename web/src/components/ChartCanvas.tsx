/** The canvas of a chart, drawn by uPlot in the colours of the theme, with a tooltip that follows the pointer or the arrow keys. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useShownTheme } from "../lib/theme";
import { absolute } from "../lib/time";
import { type ChartProps, seriesColors, seriesDashes } from "./Chart";

interface Spot {
  at: number;
  left: number;
}

export default function ChartCanvas(props: ChartProps & { height: number }) {
  const { label, moments, series, words, height } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [spot, setSpot] = useState<Spot | null>(null);
  const theme = useShownTheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the variables mean
  useEffect(() => {
    const home = box.current;
    if (!home) return;
    const drawn = new uPlot(optionsOf({ ...props, home, onSpot: setSpot }), dataOf(props), home);
    plot.current = drawn;
    const watcher = new ResizeObserver(() => drawn.setSize({ width: home.clientWidth, height }));
    watcher.observe(home);
    return () => {
      watcher.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [moments, series, words, height, theme]);

  const press = (event: KeyboardEvent) => {
    const drawn = plot.current;
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -moments.length, End: moments.length }[event.key];
    if (!drawn || step === undefined) return;
    event.preventDefault();
    const at = Math.min(moments.length - 1, Math.max(0, (spot?.at ?? -1) + step));
    drawn.setCursor({
      left: drawn.valToPos(moments[at] ?? 0, "x"),
      top: drawn.bbox.height / 2 / devicePixelRatio,
    });
  };

  const summary = `${label}: ${series.map((each) => each.name).join(", ")}, ${moments.length} moments. Arrow keys read the values; a table holds them all.`;
  return (
    <div className="relative h-full min-w-0">
      <div
        ref={box}
        role="img"
        aria-label={summary}
        tabIndex={0}
        onKeyDown={press}
        className="h-full overflow-hidden rounded"
      />
      {spot && <Readout {...props} spot={spot} width={box.current?.clientWidth ?? 0} />}
    </div>
  );
}

function Readout({ moments, series, words, spot, width }: ChartProps & { spot: Spot; width: number }) {
  const onRight = spot.left > width / 2;
  const moment = moments[spot.at];
  if (moment === undefined) return null;
  return (
    <div
      role="status"
      className="pointer-events-none absolute top-2 z-10 rounded bg-raised px-3 py-2 text-xs shadow-raised"
      style={onRight ? { right: width - spot.left + 12 } : { left: spot.left + 12 }}
    >
      <p className="mb-1 text-ink-3">{absolute(new Date(moment * 1000))}</p>
      {series.map((each, at) => {
        const value = each.values[spot.at];
        return (
          <p key={each.name} className="figures flex items-center gap-2">
            <span aria-hidden className="h-0.5 w-3" style={{ background: seriesColors[at] }} />
            <span className="text-ink-2">{each.name}</span>
            <span className="ml-auto pl-3 font-medium">
              {value === null || value === undefined ? "no data" : words(value)}
            </span>
          </p>
        );
      })}
    </div>
  );
}

function dataOf({ moments, series }: ChartProps): uPlot.AlignedData {
  return [[...moments], ...series.map((each) => [...each.values])];
}

/** By the distance of the ticks in seconds: what each says, and below it what a new day, month or year adds. */
const clockWords: uPlot.Axis.Values = [
  [86_400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
];

interface Drawing extends ChartProps {
  height: number;
  home: HTMLElement;
  onSpot: (spot: Spot | null) => void;
}

function optionsOf({ series, words, height, home, onSpot }: Drawing): uPlot.Options {
  const style = getComputedStyle(home);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: color("--ink-3"),
    font,
    ticks: { show: false },
    grid: { stroke: color("--line"), width: 1 },
  };
  return {
    width: home.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
    },
    axes: [
      { ...axis, grid: { show: false }, gap: 6, size: 40, values: clockWords },
      { ...axis, size: 64, gap: 8, values: (_plot, ticks) => ticks.map((tick) => words(tick)) },
    ],
    series: [
      {},
      ...series.map((each, at) => ({
        label: each.name,
        stroke: color(`--series-${at + 1}`),
        width: 1.75,
        dash: [...(seriesDashes[at] ?? [])],
        spanGaps: false,
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          if (idx === null || idx === undefined || left === undefined || left < 0) return onSpot(null);
          onSpot({ at: idx, left: left + plot.bbox.left / devicePixelRatio });
        },
      ],
    },
  };
}
