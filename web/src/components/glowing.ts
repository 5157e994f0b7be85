/** A row that changed glows for a moment, in its place. */
import { type RefObject, useEffect, useRef } from "react";

interface Watched<Row> {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  fingerprint: ((row: Row) => string) | undefined;
}

/** Compares what is drawn with what was drawn before: a row that comes into sight has no before, and does not glow. */
export function useGlowing<Row>(
  body: RefObject<HTMLElement | null>,
  { rows, rowKey, fingerprint }: Watched<Row>,
): void {
  const before = useRef(new Map<string, string>());
  useEffect(() => {
    if (!fingerprint || !body.current) return;
    const seen = new Map<string, string>();
    for (const line of body.current.children) {
      const row = rows[Number((line as HTMLElement).dataset.at ?? -1)];
      if (!row) continue;
      const key = rowKey(row);
      const print = fingerprint(row);
      const known = before.current.get(key);
      if (known !== undefined && known !== print) glow(line);
      seen.set(key, print);
    }
    before.current = seen;
  });
}

function glow(line: Element): void {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  line.animate([{ backgroundColor: "var(--accent-soft)" }, {}], { duration: 1200, easing: "ease-out" });
}
