/** Signing in, and then on to where one wanted to go. */
import { Link, Navigate, useLocation, useNavigate, useSearchParams } from "react-router";
import { Alert } from "../../components/Alert";
import { useSession } from "../../lib/session/session";
import { AuthFrame } from "./AuthFrame";
import { accountsApi } from "./api";
import { nextOf } from "./next";
import { SignInForm } from "./SignInForm";

export function SignIn() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const { state } = useLocation();
  const next = nextOf(params);
  const { data: system } = accountsApi.useShowSystemQuery();
  const signedIn = useSession() === "signed-in";
  if (signedIn) return <Navigate to={next} replace />;
  if (system && !system.has_accounts) return <Navigate to="/sign-up" replace />;
  const news = (state as { news?: string } | null)?.news;
  const forgot = (
    <Link to="/forgot-password" className="text-xs text-accent-ink hover:underline">
      Forgot it?
    </Link>
  );
  const below = system?.sign_up_open ? (
    <p>
      No account yet?{" "}
      <Link to="/sign-up" className="font-medium text-accent-ink hover:underline">
        Create one
      </Link>
    </p>
  ) : (
    system && <p className="text-ink-3">New accounts are created by an administrator of this installation.</p>
  );
  return (
    <AuthFrame title="Sign in" below={below}>
      <div className="grid gap-4">
        {news && <Alert tone="ok" title={news} />}
        <SignInForm aside={forgot} onDone={() => void navigate(next, { replace: true })} />
      </div>
    </AuthFrame>
  );
}
