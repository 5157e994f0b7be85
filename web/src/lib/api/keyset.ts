/** Lists that come page by page: what their endpoints and their tables need. */

export interface KeysetPage<Row> {
  items: Row[];
  next_cursor: string | null;
}

export type Filters = Record<string, string | undefined>;

export const PAGE_SIZE = 50;

export const keysetOptions = {
  initialPageParam: null as string | null,
  getNextPageParam: (last: KeysetPage<unknown>) => last.next_cursor ?? undefined,
};

/** The request of one page of `url`. */
export function keysetQuery(url: string) {
  return ({ queryArg, pageParam }: { queryArg: Filters; pageParam: string | null }) => ({
    url,
    params: { ...queryArg, cursor: pageParam, limit: PAGE_SIZE },
  });
}

interface InfiniteAnswer {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

export function rowsOf<Row>(data: { pages: KeysetPage<Row>[] }): Row[] {
  return data.pages.flatMap((page) => page.items);
}

export function moreOf(answer: InfiniteAnswer): { has: boolean; busy: boolean; load: () => void } {
  return {
    has: answer.hasNextPage,
    busy: answer.isFetchingNextPage,
    load: () => void answer.fetchNextPage(),
  };
}
