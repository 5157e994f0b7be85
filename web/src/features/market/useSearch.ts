/** The search in the address, and what changes it. What is being typed counts at once and is written a moment later. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { usePreferences } from "../../lib/machines/preferences";
import { changed, type Key, nameOf, one, readSearch, type Search, writeSearch } from "./search";
import { usualSort, wantedOf } from "./wanted";

/** Browsers refuse an address that changes with every key. */
const WRITE_MS = 300;

export type Change = (changes: Partial<Record<Key, readonly string[] | string | null>>) => void;

export interface SearchState {
  search: Search;
  /** With what somebody always wants of machines; this is what the server is asked. */
  wanted: Search;
  usualSort: string;
  typed: string;
  type: (text: string) => void;
  change: Change;
  replace: (search: Search) => void;
}

export function useSearch(): SearchState {
  const [params, setParams] = useSearchParams();
  const name = nameOf(readSearch(params));
  const written = useMemo(() => readSearch(new URLSearchParams(name)), [name]);
  const asWritten = one(written, "q") ?? "";
  const [typed, setTyped] = useState(asWritten);
  const mine = useRef(asWritten);
  useEffect(() => {
    // Somebody else wrote it: a link, the back button, a filter that was taken out of the words.
    if (asWritten !== mine.current) setTyped(asWritten);
    mine.current = asWritten;
  }, [asWritten]);
  const search = useMemo(() => changed(written, { q: typed.trim() || null }), [written, typed]);
  const { preferences } = usePreferences();
  const wanted = useMemo(() => wantedOf(search, preferences), [search, preferences]);
  const replace = useCallback(
    (next: Search) => {
      mine.current = one(next, "q") ?? "";
      setTyped(mine.current);
      setParams(writeSearch(next), { replace: true });
    },
    [setParams],
  );
  useEffect(() => {
    if (typed.trim() === asWritten) return;
    const timer = setTimeout(() => {
      mine.current = typed.trim();
      setParams(writeSearch(changed(written, { q: typed.trim() || null })), { replace: true });
    }, WRITE_MS);
    return () => clearTimeout(timer);
  }, [typed, asWritten, written, setParams]);
  const change: Change = useCallback((changes) => replace(changed(search, changes)), [replace, search]);
  return { search, wanted, usualSort: usualSort(preferences), typed, type: setTyped, change, replace };
}
