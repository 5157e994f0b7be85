/** Follows a media query. */
import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Where tables become cards and the navigation a sheet. */
export function useNarrow(): boolean {
  return useMedia("(max-width: 699px)");
}
