/** Hears that offers have changed, and asks for them when the server has taken the change in. */
import { useCallback, useEffect, useMemo } from "react";
import { useDispatch } from "react-redux";
import { api } from "../../lib/api/client";
import { useLive } from "../../lib/live/live";
import { useSession } from "../../lib/session/session";

/** Strangers have no live connection, so their page asks by itself. */
const POLL_MS = 30_000;
/** The news may be faster than the copy of the offers that the server answers from; a late one is caught by the second. */
const AFTER_MS = [1200, 4000];

/** Calls a little after news, once for all news that came meanwhile. */
export class Echo {
  private waiting: ReturnType<typeof setTimeout>[] = [];

  constructor(
    private readonly hear: () => void,
    private readonly after: readonly number[] = AFTER_MS,
  ) {}

  readonly call = (): void => {
    if (this.waiting.length > 0) return;
    this.waiting = this.after.map((pause, at) =>
      setTimeout(() => {
        if (at === this.after.length - 1) this.waiting = [];
        this.hear();
      }, pause),
    );
  };

  readonly stop = (): void => {
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting = [];
  };
}

export function useMarketNews(hear: () => void): void {
  const echo = useMemo(() => new Echo(hear), [hear]);
  useEffect(() => echo.stop, [echo]);
  useLive("market", echo.call);
  const stranger = useSession() === "signed-out";
  useEffect(() => {
    if (!stranger) return;
    const timer = setInterval(() => document.visibilityState === "visible" && hear(), POLL_MS);
    return () => clearInterval(timer);
  }, [stranger, hear]);
}

/** Keeps the cached answers of the market current. */
export function useMarketRenewing(): void {
  const dispatch = useDispatch();
  useMarketNews(useCallback(() => void dispatch(api.util.invalidateTags(["Market"])), [dispatch]));
}
