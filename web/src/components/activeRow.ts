/** The row that the keyboard is on. It takes the focus, so that a screen reader speaks it. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

interface ActiveRow {
  active: number;
  setActive: (at: number) => void;
  move: (by: number) => void;
}

export function useActiveRow(
  total: number,
  reveal: (at: number) => void,
  box: RefObject<HTMLElement | null>,
): ActiveRow {
  const [active, setActive] = useState(0);
  const stand = (by: number) => {
    const inside = box.current?.contains(document.activeElement);
    const at = Math.min(total - 1, Math.max(0, inside ? active + by : active));
    setActive(at);
    reveal(at);
    const row = () => box.current?.querySelector<HTMLElement>(`tr[data-at="${at}"]`);
    // A row outside of the window is drawn only after the scroll.
    if (row()) row()?.focus({ preventScroll: true });
    else requestAnimationFrame(() => row()?.focus({ preventScroll: true }));
  };
  const latest = useRef(stand);
  useEffect(() => {
    latest.current = stand;
    // Scrolled away under the focus and drawn again as another row: the focus must not tell a wrong one.
    const line = document.activeElement?.closest<HTMLElement>("tr[data-at]");
    if (line && line.dataset.at !== String(active) && box.current?.contains(line))
      box.current.focus({ preventScroll: true });
  });
  // The same function for ever, so that a scroll draws only the rows that come into sight.
  const move = useCallback((by: number) => latest.current(by), []);
  return { active: Math.min(active, Math.max(0, total - 1)), setActive, move };
}
