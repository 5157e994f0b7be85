/** A snapshot's name with the place small behind it: labels are often a folder's last name, and equal by chance. */
import type { ReactNode } from "react";
import { placeWords } from "./words";

interface Props {
  of: { host: string; root: string };
  children: ReactNode;
}

export function Placed({ of, children }: Props) {
  const place = placeWords(of);
  return (
    <span className="flex min-w-0 max-w-full flex-wrap items-center gap-x-2 sm:flex-nowrap">
      <span className="inline-flex min-w-0 max-w-full sm:max-w-[70%] sm:shrink-0">{children}</span>
      {place && (
        <span title={place} className="min-w-0 truncate text-xs text-ink-3">
          {place}
        </span>
      )}
    </span>
  );
}
