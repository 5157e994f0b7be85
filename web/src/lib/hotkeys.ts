/** Keyboard shortcuts of the page: single keys, sequences ("g j") and ⌘/Ctrl combinations, never while somebody types. */
import { useEffect, useRef } from "react";

export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function nameOf(event: KeyboardEvent): string {
  const held = event.metaKey || event.ctrlKey ? "mod+" : "";
  return held + event.key.toLowerCase();
}

/** Runs the action of a key while the calling view is shown. A sequence is written with a space between. */
export function useHotkeys(actions: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    let before = "";
    let forget: ReturnType<typeof setTimeout> | undefined;
    const press = (event: KeyboardEvent) => {
      const name = nameOf(event);
      if (event.altKey || event.defaultPrevented) return;
      if (typing(event.target) && !name.startsWith("mod+")) return;
      if (document.querySelector('[role="dialog"][data-state="open"]') && !name.startsWith("mod+")) return;
      const action = latest.current[`${before} ${name}`] ?? latest.current[name];
      clearTimeout(forget);
      before = action ? "" : name;
      forget = setTimeout(() => {
        before = "";
      }, 900);
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", press);
    return () => {
      window.removeEventListener("keydown", press);
      clearTimeout(forget);
    };
  }, []);
}
