/** One of a row of figures, each the way to where it comes from. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import { cx } from "../../lib/classes";

interface FigureProps {
  name: string;
  to: string;
  value: ReactNode;
  note?: string | undefined;
  bad?: boolean | undefined;
}

export function Figure({ name, to, value, note, bad = false }: FigureProps) {
  return (
    <div className="relative px-4 py-3 hover:bg-hover">
      <dt className="text-xs text-ink-3">
        <Link to={to} className="after:absolute after:inset-0">
          {name}
        </Link>
      </dt>
      <dd className="figures mt-0.5 text-xl font-semibold">{value ?? "—"}</dd>
      <dd className={cx("h-4 text-xs", bad ? "text-danger" : "text-ink-3")}>{note}</dd>
    </div>
  );
}
