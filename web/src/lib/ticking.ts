/** One clock for all relative times on the page, so that a thousand of them tick together and cheaply. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function current(): number {
  // Without listeners the clock stands still, so the first reader sets it.
  if (listeners.size === 0 && Date.now() - now > 1000) now = Date.now();
  return now;
}

/** The words a moment gives now; the view renders again only when they change. */
export function useTickingWords(words: (now: number) => string): string {
  return useSyncExternalStore(subscribe, () => words(current()));
}
