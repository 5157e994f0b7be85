/** Colours, type sizes and the mark. */
import { Mark, Wordmark } from "../../components/Mark";
import { cx } from "../../lib/classes";

const grounds = [
  ["Canvas", "bg-canvas"],
  ["Surface", "bg-surface"],
  ["Sunken", "bg-sunken"],
  ["Hover", "bg-hover"],
  ["Raised", "bg-raised"],
] as const;
const inks = [
  ["Ink", "text-ink", "what is read"],
  ["Ink 2", "text-ink-2", "what explains it"],
  ["Ink 3", "text-ink-3", "units, labels, hints"],
  ["Accent", "text-accent-ink", "links, what is chosen"],
] as const;
const tones = [
  ["Ok", "bg-ok-soft text-ok"],
  ["Warning", "bg-warning-soft text-warning"],
  ["Danger", "bg-danger-soft text-danger"],
  ["Info", "bg-info-soft text-info"],
  ["Accent", "bg-accent-soft text-accent-ink"],
  ["Primary", "bg-accent text-on-accent"],
] as const;

export function Colours() {
  return (
    <div className="grid gap-5">
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-5">
        {grounds.map(([name, ground]) => (
          <div
            key={name}
            className={cx("flex h-16 items-end rounded border border-line p-2 text-xs", ground)}
          >
            {name}
          </div>
        ))}
      </div>
      <dl className="grid gap-1.5">
        {inks.map(([name, ink, use]) => (
          <div key={name} className={cx("flex gap-3", ink)}>
            <dt className="w-20 font-medium">{name}</dt>
            <dd>{use}</dd>
          </div>
        ))}
      </dl>
      <div className="grid grid-cols-2 gap-2 sm:grid-cols-6">
        {tones.map(([name, tone]) => (
          <div
            key={name}
            className={cx("flex h-10 items-center justify-center rounded text-xs font-medium", tone)}
          >
            {name}
          </div>
        ))}
      </div>
      <div className="flex gap-2" aria-hidden>
        {[1, 2, 3, 4, 5].map((series) => (
          <span
            key={series}
            className="h-2 flex-1 rounded-full"
            style={{ background: `var(--series-${series})` }}
          />
        ))}
      </div>
    </div>
  );
}

export function Type() {
  return (
    <div className="grid gap-4">
      <div className="flex items-center gap-6">
        <Wordmark />
        <Mark size={40} />
        <Mark size={16} />
      </div>
      <div className="grid gap-2">
        <p className="text-2xl font-semibold tracking-[-0.02em]">$1,204.50</p>
        <p className="text-xl font-semibold">A page's title, 20</p>
        <p className="text-base font-semibold">A group's title, 14</p>
        <p>Everything that is read, 13. Figures stand under each other: 0123456789.</p>
        <p className="text-xs text-ink-3">Units, labels, hints, 12</p>
        <p>
          <code className="text-xs">dumont ls --json</code> <span className="text-ink-3">is monospaced</span>
        </p>
      </div>
      <p className="text-xs text-ink-3">
        Grid of 4 · one radius of 6 · one shadow · hairlines · controls 32 high, rows 32 or 44
      </p>
    </div>
  );
}
