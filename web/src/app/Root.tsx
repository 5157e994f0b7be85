/** Around every page: waits until it is known who is here, and says so when the server can't be reached. */
import { Outlet, ScrollRestoration, useNavigation } from "react-router";
import { session, useSession } from "../lib/session/session";
import { SessionEnded } from "./SessionEnded";
import { Splash } from "./Splash";
import { Unreachable } from "./Unreachable";

export function Root() {
  const state = useSession();
  const moving = useNavigation().state !== "idle";
  if (state === "unknown") return <Splash />;
  if (state === "unreachable") return <Unreachable onRetry={() => session.begin()} />;
  return (
    <>
      {moving && <Moving />}
      <Outlet />
      {state === "ended" && <SessionEnded />}
      <ScrollRestoration />
    </>
  );
}

function Moving() {
  return (
    <div
      role="status"
      aria-label="Opening the page"
      className="fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden"
    >
      <div className="h-full w-1/3 animate-run bg-accent" />
    </div>
  );
}
