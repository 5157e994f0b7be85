/** The Redux store: cached answers of the server, renewed by live events and emptied with the session. */
import { configureStore } from "@reduxjs/toolkit";
import { setupListeners } from "@reduxjs/toolkit/query";
import { api } from "../lib/api/client";
import { live } from "../lib/live/live";
import { Gathering, tagsOf } from "../lib/live/renewal";
import { session } from "../lib/session/session";
import type { SessionState } from "../lib/session/tokens";

export const store = configureStore({
  reducer: { [api.reducerPath]: api.reducer },
  middleware: (standard) => standard().concat(api.middleware),
});

/** Called once at the start. */
export function followServer(): void {
  setupListeners(store.dispatch);
  const gathering = new Gathering((tags) => store.dispatch(api.util.invalidateTags(tags)));
  live.subscribe("me", (message) => gathering.add(tagsOf(message)));
  let before: SessionState = session.current();
  session.subscribe(() => {
    const now = session.current();
    // Nothing of one person may be seen by the next; after an ended session the same person goes on.
    if (now === "signed-out") store.dispatch(api.util.resetApiState());
    if (now === "signed-in" && before === "ended")
      store.dispatch(api.util.invalidateTags(["Me", "Job", "Audit"]));
    before = now;
  });
}
