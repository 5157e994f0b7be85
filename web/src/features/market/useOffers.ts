/** The list of offers of the page: follows the search in the address, and the market when it changes. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useLive } from "../../lib/live/live";
import { Gathering } from "../../lib/live/renewal";
import { useSession } from "../../lib/session/session";
import { askOffers } from "./api";
import { OfferList } from "./list";
import type { Search } from "./search";

/** Strangers have no live connection, so their page asks by itself. */
const POLL_MS = 30_000;

export function useOffers(search: Search) {
  const [list] = useState(() => new OfferList(askOffers));
  const shown = useSyncExternalStore(list.watch, list.current);
  useEffect(() => list.show(search), [list, search]);
  useMarketNews(useCallback(() => void list.renew(), [list]));
  return { list, shown };
}

/** Calls when the offers have changed, a storm of changes in steps; without an account every half minute. */
function useMarketNews(hear: () => void): void {
  const gathering = useMemo(() => new Gathering(() => hear(), 1500), [hear]);
  useLive("market", () => gathering.add(["Market"]));
  const stranger = useSession() === "signed-out";
  useEffect(() => {
    if (!stranger) return;
    const timer = setInterval(() => document.visibilityState === "visible" && hear(), POLL_MS);
    return () => clearInterval(timer);
  }, [stranger, hear]);
}
