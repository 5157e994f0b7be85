/** The way back in: asking for a link, and choosing a new password with it. */
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { Alert } from "../../components/Alert";
import { Button, ButtonLink } from "../../components/Button";
import { Form, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { AuthFrame } from "./AuthFrame";
import { accountsApi } from "./api";
import { NewPasswordField } from "./NewPasswordField";

const back = (
  <Link to="/sign-in" className="font-medium text-accent-ink hover:underline">
    Back to signing in
  </Link>
);

export function ForgotPassword() {
  const [email, setEmail] = useState("");
  const [told, setTold] = useState("");
  const { data: system } = accountsApi.useShowSystemQuery();
  const [ask] = accountsApi.useForgotPasswordMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => setTold((await ask({ body: { email: email.trim() } }).unwrap()).message));
  return (
    <AuthFrame
      title="Reset your password"
      description="A link to choose a new one is sent to your address."
      below={back}
    >
      {told ? (
        <Alert tone="ok" title="Asked">
          <p>{told}</p>
        </Alert>
      ) : (
        <div className="grid gap-4">
          {system?.mail_configured === false && (
            <Alert tone="warning" title="This installation sends no mail">
              <p>Ask an administrator: under Admin → Users they can make a reset link for you.</p>
            </Alert>
          )}
          {system?.mail_configured !== false && (
            <Form
              label="Reset your password"
              fields={["email"]}
              problem={problem}
              onSubmit={() => void send()}
            >
              <TextField
                label="Email"
                name="email"
                type="email"
                autoComplete="username"
                autoFocus
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
              <Button type="submit" weight="primary" busy={busy} disabled={!email.trim()}>
                Send the link
              </Button>
            </Form>
          )}
        </div>
      )}
    </AuthFrame>
  );
}

export function ResetPassword() {
  const { hash } = useLocation(); // the token stands behind the #, where no log of a server sees it
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
  const [password, setPassword] = useState("");
  const [reset] = accountsApi.useResetPasswordMutation();
  const navigate = useNavigate();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const done = await submit(() => reset({ body: { token, new_password: password } }).unwrap());
    if (done)
      void navigate("/sign-in", {
        replace: true,
        state: { news: "Password changed. Sign in with the new one." },
      });
  };
  if (!token)
    return (
      <AuthFrame title="Choose a new password" below={back}>
        <Alert
          tone="warning"
          title="The link is not complete"
          action={
            <ButtonLink to="/forgot-password" size="sm">
              New link
            </ButtonLink>
          }
        >
          <p>Open it from the message again, or ask for a new one.</p>
        </Alert>
      </AuthFrame>
    );
  return (
    <AuthFrame
      title="Choose a new password"
      description="Your sessions end with it, and your API keys are removed."
      below={back}
    >
      <Form
        label="Choose a new password"
        fields={["new_password"]}
        problem={problem}
        onSubmit={() => void send()}
      >
        <NewPasswordField label="New password" name="new_password" value={password} onChange={setPassword} />
        <Button type="submit" weight="primary" busy={busy} disabled={!password}>
          Change password
        </Button>
      </Form>
    </AuthFrame>
  );
}
