/** Who may pass to a page: members after signing in, operators by their permission. */
import { Navigate, Outlet, useLocation } from "react-router";
import { Page } from "../../components/Page";
import { SkeletonLines } from "../../components/Skeleton";
import { ErrorState, ForbiddenState } from "../../components/states";
import { asProblem } from "../../lib/api/problem";
import { allows, type Permission } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";

export function Members() {
  const state = useSession();
  const { pathname, search } = useLocation();
  if (state === "signed-out") {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  return <Outlet />;
}

export function Operators({ needed }: { needed: Permission }) {
  const { data, error, refetch } = useMe();
  if (data && allows(data.permissions, needed)) return <Outlet />;
  if (data)
    return (
      <Page title="Not allowed">
        <ForbiddenState
          hint={`This page needs the permission ${needed}, which your role (${data.role}) does not have.`}
        />
      </Page>
    );
  return (
    <Page title="Opening">
      {error ? <ErrorState problem={asProblem(error)} onRetry={() => void refetch()} /> : <SkeletonLines />}
    </Page>
  );
}
