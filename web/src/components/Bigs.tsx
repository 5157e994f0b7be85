/** A row of big figures, each with its name above and a note below. */
import type { ReactNode } from "react";

export function Bigs({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 divide-line rounded border border-line sm:grid-cols-3 lg:flex lg:divide-x lg:[&>*]:flex-1">
      {children}
    </dl>
  );
}

interface BigProps {
  name: string;
  note?: ReactNode;
  children: ReactNode;
}

export function Big({ name, note, children }: BigProps) {
  return (
    <div className="min-w-0 px-4 py-3">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="figures mt-1 text-lg font-semibold">
        {children}
        {note && <span className="block text-xs font-normal text-ink-3">{note}</span>}
      </dd>
    </div>
  );
}
