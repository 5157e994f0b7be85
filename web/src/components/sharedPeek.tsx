/** One panel for all figures of a table that open: its handlers stand on the table, and a figure costs a plain button. */
import {
  type FocusEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { rowAt } from "./DataRow";
import { HOVER_MS, PeekPanel } from "./Peek";

interface Open {
  button: HTMLButtonElement;
  at: number;
}

/** What a button with `data-peek` opens to is the table's to say. */
export function useSharedPeek(contentOf: (at: number, what: string) => ReactNode) {
  const [open, setOpen] = useState<Open | null>(null);
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  useEffect(() => () => clearTimeout(wait.current), []);
  useEffect(() => {
    open?.button.setAttribute("aria-describedby", id);
    return () => open?.button.removeAttribute("aria-describedby");
  }, [open, id]);
  const now = (button: HTMLButtonElement | null) => {
    clearTimeout(wait.current);
    const at = rowAt(button);
    setOpen(button && at !== null ? { button, at } : null);
  };
  const later = (button: HTMLButtonElement | null) => {
    clearTimeout(wait.current);
    wait.current = setTimeout(() => now(button), HOVER_MS);
  };
  const handlers = {
    onPointerOver: (event: PointerEvent) => {
      const button = peekOf(event.target);
      if (button && event.pointerType === "mouse") later(button);
    },
    onPointerOut: (event: PointerEvent) => {
      const button = peekOf(event.target);
      if (button && event.pointerType === "mouse" && peekOf(event.relatedTarget) !== button) later(null);
    },
    onFocus: (event: FocusEvent) => {
      const button = peekOf(event.target);
      if (button?.matches(":focus-visible")) now(button);
    },
    onBlur: (event: FocusEvent) => peekOf(event.target) && now(null),
  };
  const press = ({ target, nativeEvent }: MouseEvent): boolean => {
    const button = peekOf(target);
    if (!button) return false;
    // A mouse that presses has opened it by its coming; a finger or a key closes what it opened.
    const byMouse = "pointerType" in nativeEvent && nativeEvent.pointerType === "mouse";
    now(open?.button === button && !byMouse ? null : button);
    return true;
  };
  useEffect(() => {
    // Scrolled away, and drawn again as another row.
    if (open && rowAt(open.button) !== open.at) setOpen(null);
  });
  const panel = open && (
    <PeekPanel
      id={id}
      button={{ current: open.button }}
      side="bottom"
      onKeep={() => clearTimeout(wait.current)}
      onLeave={() => later(null)}
      onClose={() => now(null)}
    >
      {contentOf(open.at, open.button.dataset.peek ?? "")}
    </PeekPanel>
  );
  /** Whether the key was for the panel. */
  const leave = (key: string): boolean => {
    if (key !== "Escape" || !open) return false;
    now(null);
    return true;
  };
  return { handlers, press, panel, leave };
}

function peekOf(target: EventTarget | null): HTMLButtonElement | null {
  return target instanceof Element ? target.closest<HTMLButtonElement>("button[data-peek]") : null;
}
