/** Around every page: waits until it is known who is here, and says so when the server can't be reached. */
import { lazy, Suspense } from "react";
import { Outlet } from "react-router";
import { session, useSession } from "../lib/session/session";
import { Splash } from "./Splash";
import { Unreachable } from "./Unreachable";

const SessionEnded = lazy(async () => ({ default: (await import("./SessionEnded")).SessionEnded }));

export function Root() {
  const state = useSession();
  if (state === "unknown") return <Splash />;
  if (state === "unreachable") return <Unreachable onRetry={() => session.begin()} />;
  return (
    <>
      <Outlet />
      {state === "ended" && (
        <Suspense>
          <SessionEnded />
        </Suspense>
      )}
    </>
  );
}
