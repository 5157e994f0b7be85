/** Address and password to a session; used on its own page and over a page whose session ended. */
import { type ReactNode, useState } from "react";
import { Button } from "../../components/Button";
import { Form, useFormRequest } from "../../components/Form";
import { PasswordField, TextField } from "../../components/fields";
import { asProblem } from "../../lib/api/problem";
import { session } from "../../lib/session/session";
import { accountsApi } from "./api";

/** The hint of the API names a path of its own; here there is a link beside the field. */
function reworded(error: unknown): never {
  const problem = asProblem(error);
  throw problem.code === "wrong_credentials"
    ? { ...problem, hint: "Check both; capital letters count in the password." }
    : problem;
}

interface Props {
  email?: string;
  onDone?: () => void;
  aside?: ReactNode;
}

export function SignInForm({ email: known = "", onDone, aside }: Props) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [logIn] = accountsApi.useLogInMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const done = await submit(async () => {
      session.accept(
        await logIn({ body: { email: email.trim(), password, remember: "cookie" } })
          .unwrap()
          .catch(reworded),
      );
    });
    if (done) onDone?.();
  };
  return (
    <Form label="Sign in" fields={["email", "password"]} problem={problem} onSubmit={() => void send()}>
      <TextField
        label="Email"
        name="email"
        type="email"
        inputMode="email"
        autoComplete="username"
        autoFocus={!known}
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        autoFocus={known !== ""}
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        aside={aside}
      />
      <Button type="submit" weight="primary" busy={busy} disabled={!email.trim() || !password}>
        Sign in
      </Button>
    </Form>
  );
}
