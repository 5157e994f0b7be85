/** The list of offers of the page: follows the search in the address, and the market when it changes. */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { askOffers } from "./api";
import { OfferList } from "./list";
import { useMarketNews } from "./news";
import type { Search } from "./search";

export function useOffers(search: Search) {
  const [list] = useState(() => new OfferList(askOffers));
  const shown = useSyncExternalStore(list.watch, list.current);
  useEffect(() => list.show(search), [list, search]);
  useMarketNews(useCallback(() => void list.renew(), [list]));
  return { list, shown };
}
