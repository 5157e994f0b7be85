/** The session of this browser tab: one `Tokens` over fetch, and hooks that follow it. */
import { useSyncExternalStore } from "react";
import { type Grant, type Renewal, type SessionState, Tokens } from "./tokens";

async function renew(): Promise<Renewal> {
  try {
    const answer = await fetch("/api/v1/auth/refresh", {
      method: "POST",
      headers: { accept: "application/json" },
    });
    if (answer.ok) return { kind: "granted", grant: (await answer.json()) as Grant };
    if (answer.status >= 500 || answer.status === 429) return { kind: "unreachable" };
    const body = (await answer.json().catch(() => ({}))) as { code?: string };
    return { kind: "refused", code: body.code ?? "not_signed_in" };
  } catch {
    return { kind: "unreachable" };
  }
}

export const session = new Tokens({
  renew,
  locks: typeof navigator === "undefined" ? undefined : navigator.locks,
  channel: typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("dumont.session"),
  storage: storageOrNone(),
});

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.current);
}

function storageOrNone(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
