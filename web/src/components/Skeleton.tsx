/** The shape of what is coming, so that nothing jumps when it comes. */
import { cx } from "../lib/classes";

export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden className={cx("block animate-breathe rounded bg-sunken", className ?? "h-4 w-24")} />
  );
}

const widths = ["w-40", "w-56", "w-32", "w-48", "w-36"];

/** Rows of a list that is being asked for, with the words for a screen reader. */
export function SkeletonRows({ rows = 6, what = "the list" }: { rows?: number; what?: string }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-10 items-center gap-8 px-3">
          <Skeleton className={cx("h-3", widths[row % widths.length])} />
          <Skeleton className="hidden h-3 w-24 sm:block" />
          <Skeleton className="ml-auto h-3 w-16" />
        </div>
      ))}
    </div>
  );
}

/** A form or a detail that is being asked for. */
export function SkeletonLines({ lines = 4, what = "the page" }: { lines?: number; what?: string }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="grid max-w-md gap-4">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="grid gap-2">
          <Skeleton className="h-3 w-20" />
          <Skeleton className="h-8 w-full" />
        </div>
      ))}
    </div>
  );
}
