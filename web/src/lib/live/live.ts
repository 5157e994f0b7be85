/** The live connection of this tab, hooks to follow it, and the renewal of cached answers by what it tells. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { onAnswer } from "../api/query";
import { session } from "../session/session";
import { LiveClient, type LiveHandler, type LiveStatus, type SocketLike } from "./client";

export const live = new LiveClient({
  open: () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    return new WebSocket(`${scheme}://${location.host}/api/v1/live`) as SocketLike;
  },
  token: (rejected) => (rejected === null ? session.usable() : session.renewed(rejected)),
});

/** Called once at the start: the connection lives as long as the session. */
export function followSession(): void {
  const follow = () => {
    if (session.current() === "signed-in") live.start();
    else live.stop();
  };
  session.subscribe(follow);
  window.addEventListener("online", () => live.nudge());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.nudge();
  });
  onAnswer(() => live.hope());
  follow();
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(live.watch, live.current);
}

/** Hears a topic while the calling view is shown; null hears nothing. */
export function useLive(topic: string | null, handler: LiveHandler): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (topic === null) return;
    return live.subscribe(topic, (message) => latest.current(message));
  }, [topic]);
}
