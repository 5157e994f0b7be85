/** Creating an account: the first one of an installation is its administrator's. Signs in at once when it can. */
import { useState } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { Form, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { SkeletonLines } from "../../components/Skeleton";
import { session, useSession } from "../../lib/session/session";
import { AuthFrame } from "./AuthFrame";
import { accountsApi } from "./api";
import { NewPasswordField } from "./NewPasswordField";
import { nextOf } from "./next";

const signIn = (
  <p>
    Have an account?{" "}
    <Link to="/sign-in" className="font-medium text-accent-ink hover:underline">
      Sign in
    </Link>
  </p>
);

export function SignUp() {
  const { data: system, isLoading } = accountsApi.useShowSystemQuery();
  const [params] = useSearchParams();
  const signedIn = useSession() === "signed-in";
  if (signedIn) return <Navigate to={nextOf(params)} replace />;
  if (isLoading)
    return (
      <AuthFrame title="Create an account">
        <SkeletonLines lines={3} what="the form" />
      </AuthFrame>
    );
  if (system && !system.sign_up_open && system.has_accounts)
    return (
      <AuthFrame title="Create an account" below={signIn}>
        <Alert tone="info" title="Sign-up is closed on this installation">
          <p>An administrator can create an account for you or open the sign-up.</p>
        </Alert>
      </AuthFrame>
    );
  const first = system?.has_accounts === false;
  return (
    <AuthFrame
      title={first ? "Create the first account" : "Create an account"}
      description={first ? "It becomes the administrator of this installation." : undefined}
      below={first ? null : signIn}
    >
      <SignUpForm />
    </AuthFrame>
  );
}

function SignUpForm() {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { problem, busy, told, send } = useSigningUp({ email: email.trim(), name: name.trim(), password });
  if (told)
    return (
      <Alert tone="info" title="Check what to do next">
        <p>{told}</p>
      </Alert>
    );
  return (
    <Form
      label="Create an account"
      fields={["name", "email", "password"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Email"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="username"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <NewPasswordField
        name="password"
        label="Password"
        email={email}
        value={password}
        onChange={setPassword}
      />
      <Button type="submit" weight="primary" busy={busy} disabled={!email.trim() || !password}>
        Create account
      </Button>
    </Form>
  );
}

/** Opens the account, then signs in; `told` is what the server says where it does not let one in at once. */
function useSigningUp(body: { email: string; name: string; password: string }) {
  const [told, setTold] = useState("");
  const [signUp] = accountsApi.useSignUpMutation();
  const [logIn] = accountsApi.useLogInMutation();
  const navigate = useNavigate();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      const { message } = await signUp({ body }).unwrap();
      const { email, password } = body;
      const grant = await logIn({ body: { email, password, remember: "cookie" } })
        .unwrap()
        .catch(() => null);
      // The answer is the same for an address that is taken, so that nobody learns who has an account.
      if (grant === null) return setTold(message);
      session.accept(grant);
      void navigate("/", { replace: true });
    });
  return { problem, busy, told, send };
}
