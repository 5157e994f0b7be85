/** How far a thing is: share, stage, rate and when it will be done, in words beside the bar. */
import { cx } from "../lib/classes";
import { count } from "../lib/numbers";
import { useTickingWords } from "../lib/ticking";
import { duration } from "../lib/time";

interface Props {
  label: string;
  /** 0 to 100; null when nobody knows. */
  percent: number | null;
  stage?: string | null | undefined;
  done?: number | null | undefined;
  total?: number | null | undefined;
  unit?: string | null | undefined;
  /** Units a second. */
  rate?: number | null | undefined;
  /** When it will be done. */
  eta?: string | null | undefined;
  tone?: "accent" | "ok" | "danger";
}

const fills = { accent: "bg-accent", ok: "bg-ok", danger: "bg-danger" };

export function Progress({ label, percent, stage, done, total, unit, rate, eta, tone = "accent" }: Props) {
  const amount = amountWords(done, total, unit);
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-3 text-xs">
        <span className="min-w-0 truncate text-ink-2">{stage || label}</span>
        {percent !== null && <span className="figures font-medium">{Math.floor(percent)}%</span>}
      </div>
      <Bar label={label} percent={percent} tone={tone} />
      {(amount || rate || eta) && (
        <div className="figures flex flex-wrap justify-between gap-x-3 text-xs text-ink-3">
          <span>
            {amount}
            {rate ? `${amount ? " · " : ""}${count(rate)} ${unit ?? ""}/s` : ""}
          </span>
          {eta && <Eta at={eta} />}
        </div>
      )}
    </div>
  );
}

export function Bar({ label, percent, tone = "accent" }: Pick<Props, "label" | "percent" | "tone">) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === null ? undefined : Math.round(percent)}
      className="h-1 overflow-hidden rounded-full bg-line"
    >
      {percent === null ? (
        <div className={cx("h-full w-1/3 animate-run rounded-full", fills[tone])} />
      ) : (
        <div
          className={cx("h-full rounded-full transition-[width] duration-300", fills[tone])}
          style={{ width: `${Math.min(100, Math.max(0, percent))}%` }}
        />
      )}
    </div>
  );
}

function Eta({ at }: { at: string }) {
  const words = useTickingWords((now) => {
    const left = (Date.parse(at) - now) / 1000;
    return left > 1 ? `${duration(left)} left` : "nearly done";
  });
  return <span>{words}</span>;
}

function amountWords(done: Props["done"], total: Props["total"], unit: Props["unit"]): string {
  if (done === null || done === undefined) return "";
  const of = total ? ` of ${count(total)}` : "";
  return `${count(done)}${of}${unit ? ` ${unit}` : ""}`;
}
