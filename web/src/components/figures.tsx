/** Figures: money, plain numbers, changes, moments and scores, each written the same way everywhere. */
import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "../lib/classes";
import { amount, price, toMicro } from "../lib/money";
import { count } from "../lib/numbers";
import { useTickingWords } from "../lib/ticking";
import { absolute, relative } from "../lib/time";
import { useLayer } from "./layer";
import { Tooltip } from "./Tooltip";

function Unit({ children }: { children: ReactNode }) {
  return <span className="text-xs text-ink-3">{children}</span>;
}

interface MoneyProps {
  /** Dollars as the server's decimal string. */
  value: string;
  /** A price shows three significant digits, a balance cents. */
  as?: "price" | "amount";
  per?: "h" | "GB" | "month" | "day";
}

export function Money({ value, as, per }: MoneyProps) {
  const words = as === "price" || per ? price(value) : amount(value);
  return (
    <span className="figures whitespace-nowrap">
      {words}
      {per && <Unit>/{per}</Unit>}
    </span>
  );
}

export function Num({ value, unit }: { value: number; unit?: string }) {
  return (
    <span className="figures whitespace-nowrap">
      {count(value)}
      {unit && <Unit> {unit}</Unit>}
    </span>
  );
}

interface DeltaProps {
  value: number;
  unit?: string;
  /** Whether more is better, which decides the colour; the sign and the arrow say the direction. */
  good?: "up" | "down";
}

export function Delta({ value, unit = "%", good = "up" }: DeltaProps) {
  const Icon = value > 0 ? ArrowUp : value < 0 ? ArrowDown : Minus;
  const better = value === 0 ? null : value > 0 === (good === "up");
  const words = `${value > 0 ? "+" : ""}${count(value)}`;
  return (
    <span
      className={cx(
        "figures inline-flex items-center gap-0.5 whitespace-nowrap",
        better === null ? "text-ink-3" : better ? "text-ok" : "text-danger",
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
      {words}
      {unit}
    </span>
  );
}

/** A change of money, with its sign. */
export function MoneyDelta({ value, good = "up" }: { value: string; good?: "up" | "down" }) {
  const micro = toMicro(value);
  const Icon = micro > 0n ? ArrowUp : micro < 0n ? ArrowDown : null; // a stroke before nothing would read as less
  const better = micro === 0n ? null : micro > 0n === (good === "up");
  return (
    <span
      className={cx(
        "figures inline-flex items-center gap-0.5 whitespace-nowrap",
        better === null ? "text-ink-3" : better ? "text-ok" : "text-danger",
      )}
    >
      {Icon && <Icon aria-hidden className="size-3" strokeWidth={2.5} />}
      {micro > 0n ? "+" : ""}
      {amount(micro)}
    </span>
  );
}

/** A moment relative to now; the whole moment on hover, on focus and for machines. */
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="text-ink-3">never</span>;
  return <TickingTime at={at} />;
}

function TickingTime({ at }: { at: string }) {
  const words = useTickingWords((now) => relative(at, now));
  return (
    <Tooltip words={absolute(at)}>
      <time dateTime={at} className="figures whitespace-nowrap">
        {words}
      </time>
    </Tooltip>
  );
}

export interface ScorePart {
  name: string;
  /** 0 to 100. */
  value: number;
  /** 0 to 1; the weights of all parts add up to 1. */
  weight: number;
}

interface ScoreProps {
  value: number;
  label: string;
  parts: readonly ScorePart[];
  at: string;
}

export function scoreTone(value: number) {
  if (value > 80) return { tone: "ok", bar: "bg-ok", word: "good" } as const;
  if (value >= 60) return { tone: "warning", bar: "bg-warning", word: "fair" } as const;
  return { tone: "danger", bar: "bg-danger", word: "poor" } as const;
}

/** A score from 0 to 100 that opens to what it is made of and how old it is. */
export function Score({ value, label, parts, at }: ScoreProps) {
  const { bar, word } = scoreTone(value);
  const layer = useLayer();
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={`${label} ${value} of 100, ${word}. Show what it is made of`}
        className="figures -mx-1 inline-flex items-center gap-2 rounded px-1 hover:bg-hover"
      >
        <span className="font-medium">{value}</span>
        <span aria-hidden className="flex h-1 w-10 overflow-hidden rounded-full bg-line">
          <span className={bar} style={{ width: `${value}%` }} />
        </span>
        <span className="text-xs text-ink-3">{word}</span>
      </Popover.Trigger>
      <Popover.Portal container={layer}>
        <Popover.Content
          sideOffset={6}
          collisionPadding={8}
          aria-label={`What ${label.toLowerCase()} ${value} is made of`}
          className="z-50 w-72 animate-rise rounded bg-raised p-4 shadow-raised"
        >
          <p className="flex items-baseline justify-between font-medium">
            {label}
            <span className="text-lg">{value}</span>
          </p>
          <dl className="mt-3 grid gap-2.5">
            {parts.map((part) => (
              <div key={part.name} className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1 text-xs">
                <dt className="text-ink-2">
                  {part.name} <span className="text-ink-3">× {part.weight.toFixed(2)}</span>
                </dt>
                <dd className="figures">{part.value}</dd>
                <span aria-hidden className="col-span-2 flex h-1 overflow-hidden rounded-full bg-line">
                  <span className="bg-accent" style={{ width: `${part.value}%` }} />
                </span>
              </div>
            ))}
          </dl>
          <p className="mt-3 text-xs text-ink-3">
            Computed <Time at={at} />
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
