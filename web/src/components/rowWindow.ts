/** Which rows of a long list are drawn: those in sight and a few beyond. All rows are of one height, so it is a division. */
import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";

export interface RowWindow {
  first: number;
  last: number;
}

/** Rows drawn above and below those in sight, so that a frame that comes late shows no gap. */
const BEYOND = 6;
/** Before the box was measured: as many as fit a usual window, so that the first picture is whole. */
const GUESSED = 30;

/** Always as many rows, wherever the list stands, so that a row that leaves can be drawn again as the one that comes. */
export function windowAt(top: number, seen: number, total: number): RowWindow {
  const size = Math.min(total, seen + 1 + 2 * BEYOND);
  const first = Math.max(0, Math.min(top - BEYOND, total - size));
  return { first, last: first + size - 1 };
}

interface Measures {
  total: number;
  height: number;
  head: number;
}

export function useRowWindow(box: RefObject<HTMLElement | null>, { total, height, head }: Measures) {
  const [view, setView] = useState({ top: 0, seen: GUESSED });
  useLayoutEffect(() => {
    const scroller = box.current;
    if (!scroller) return;
    let seen = GUESSED;
    const look = () => {
      const top = Math.floor(scroller.scrollTop / height);
      setView((before) => (before.top === top && before.seen === seen ? before : { top, seen }));
    };
    const measure = () => {
      seen = Math.ceil(Math.max(0, scroller.clientHeight - head) / height);
      look();
    };
    // At once and not when there is time: what scrolled into sight must be in the same frame.
    const scrolled = () => flushSync(look);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    scroller.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", scrolled);
    };
  }, [box, height, head]);
  const reveal = useCallback(
    (at: number) => {
      const scroller = box.current;
      if (!scroller) return;
      const top = at * height;
      const room = scroller.clientHeight - head - height;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
    },
    [box, height, head],
  );
  return { ...windowAt(view.top, view.seen, total), reveal };
}
