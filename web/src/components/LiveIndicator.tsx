/** Says whether the page follows the server: live, connecting, or trying again in so many seconds. */
import { cx } from "../lib/classes";
import type { LiveStatus } from "../lib/live/client";
import { live, useLiveStatus } from "../lib/live/live";
import { useTickingWords } from "../lib/ticking";
import { Tooltip } from "./Tooltip";

interface Words {
  word: string;
  detail: string;
  dot: string;
}

export function wordsOf(status: LiveStatus, now: number): Words {
  if (status.state === "live") return { word: "Live", detail: "Changes appear by themselves.", dot: "bg-ok" };
  if (status.state === "connecting")
    return { word: "Connecting", detail: "Connecting to the server…", dot: "bg-warning animate-breathe" };
  if (status.state === "idle")
    return { word: "Not live", detail: "Sign in to follow changes as they happen.", dot: "bg-ink-3" };
  const left = Math.max(1, Math.ceil((status.retryAt - now) / 1000));
  return {
    word: `Offline, again in ${left} s`,
    detail: "The live connection broke. What you see may be old until it is back. Press to try now.",
    dot: "bg-danger",
  };
}

export function LiveIndicator({ short = false }: { short?: boolean }) {
  const status = useLiveStatus();
  const word = useTickingWords((now) => wordsOf(status, now).word);
  const { detail, dot } = wordsOf(status, 0);
  return (
    <Tooltip words={detail}>
      <button
        type="button"
        onClick={() => live.nudge()}
        aria-label={`Connection: ${word}`}
        className="inline-flex h-7 items-center gap-1.5 rounded px-2 text-xs text-ink-2 hover:bg-hover"
      >
        <span aria-hidden className={cx("size-1.5 rounded-full", dot)} />
        <span className={cx("figures", short && "sr-only")}>{word}</span>
      </button>
    </Tooltip>
  );
}
