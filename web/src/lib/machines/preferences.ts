/** What somebody wants of searches: kept by the server for who is signed in, by this browser for everybody else. */
import { useCallback, useEffect, useSyncExternalStore } from "react";
import type { Preferences } from "../api/generated";
import { useSession } from "../session/session";
import { toastProblem } from "../toasts";
import { machinesApi } from "./api";

/** What is known to be bad is left out; what nobody knows is not. */
export const usual: Preferences = {
  threshold: 70,
  exclude_below_threshold: true,
  sort_by_reliability: false,
};

const KEY = "dumont.reliability";
let kept: Preferences | null = null;
const listeners = new Set<() => void>();

/** What this browser remembers; anything odd in it counts as nothing. */
export function readPreferences(text: string | null): Preferences {
  try {
    const found = JSON.parse(text ?? "{}") as Partial<Preferences>;
    const { threshold, exclude_below_threshold: excludes, sort_by_reliability: sorts } = found;
    const fits = typeof threshold === "number" && threshold >= 0 && threshold <= 100;
    return {
      threshold: fits ? Math.round(threshold) : usual.threshold,
      exclude_below_threshold: typeof excludes === "boolean" ? excludes : usual.exclude_below_threshold,
      sort_by_reliability: typeof sorts === "boolean" ? sorts : usual.sort_by_reliability,
    };
  } catch {
    return usual;
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function current(): Preferences {
  kept ??= readPreferences(stored());
  return kept;
}

function keep(next: Preferences): void {
  if (same(current(), next)) return;
  kept = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // A private window may refuse; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function same(a: Preferences, b: Preferences): boolean {
  return (Object.keys(usual) as (keyof Preferences)[]).every((key) => a[key] === b[key]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export interface PreferencesState {
  preferences: Preferences;
  change: (wanted: Partial<Preferences>) => void;
}

/** What was last known is shown at once, so that a page need not wait for the server to begin its search. */
export function usePreferences(): PreferencesState {
  const preferences = useSyncExternalStore(subscribe, current);
  const signedIn = useSession() === "signed-in";
  const { data } = machinesApi.useGetReliabilityPreferencesQuery(undefined, { skip: !signedIn });
  const [send] = machinesApi.usePutReliabilityPreferencesMutation();
  useEffect(() => {
    if (signedIn && data) keep({ ...data });
  }, [signedIn, data]);
  const change = useCallback(
    (wanted: Partial<Preferences>) => {
      const before = current();
      const next = { ...before, ...wanted };
      keep(next);
      if (!signedIn) return;
      void send({ body: next })
        .unwrap()
        .catch((error) => {
          keep(before);
          toastProblem(error);
        });
    },
    [signedIn, send],
  );
  return { preferences, change };
}
