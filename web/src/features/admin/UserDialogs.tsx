/** What an administrator does to an account, each step with its consequence named. */
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/copying";
import { ConfirmDialog, Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { Time } from "../../components/figures";
import { SelectField } from "../../components/Select";
import type { ResetLink, User } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";
import { toast, toastProblem } from "../../lib/toasts";
import { adminApi } from "./api";

export interface UserStep {
  kind: "role" | "link" | "sign-out" | "enable" | "disable";
  user: User;
}

interface Props {
  step: UserStep | null;
  onClose: () => void;
}

export function UserDialogs({ step, onClose }: Props) {
  if (step === null) return null;
  const { kind, user } = step;
  if (kind === "role") return <RoleDialog user={user} onClose={onClose} />;
  if (kind === "link") return <LinkDialog user={user} onClose={onClose} />;
  return <Confirmation kind={kind} user={user} onClose={onClose} />;
}

interface DialogProps {
  user: User;
  onClose: () => void;
}

const words = {
  "sign-out": {
    title: "Sign out",
    verb: "Sign out",
    consequence: (user: User) =>
      `Ends ${plural(user.sessions, "session")} of ${user.email}. The password and API keys stay as they are.`,
  },
  disable: {
    title: "Disable",
    verb: "Disable account",
    consequence: (user: User) =>
      `${user.email} is signed out and refused from this moment on, and so are the API keys. Nothing is deleted; it can be enabled again.`,
  },
  enable: {
    title: "Enable",
    verb: "Enable account",
    consequence: (user: User) => `${user.email} can sign in again, with the role ${user.role}.`,
  },
};

function Confirmation({ kind, user, onClose }: DialogProps & { kind: keyof typeof words }) {
  const { title, verb, consequence } = words[kind];
  const [update] = adminApi.useUpdateUserMutation();
  const [signOut] = adminApi.useSignOutUserMutation();
  const switchTo = (disabled: boolean) => update({ userId: user.id, body: { disabled } }).unwrap();
  const act = async () => {
    if (kind === "sign-out") await signOut({ userId: user.id }).unwrap();
    else await switchTo(kind === "disable");
    const undo = { label: "Undo", run: () => void switchTo(kind !== "disable").catch(toastProblem) };
    toast({ title: `${user.name}: done`, detail: verb, action: kind === "sign-out" ? undefined : undo });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`${title} ${user.name}?`}
      consequence={consequence(user)}
      verb={verb}
      harmless={kind === "enable"}
      act={act}
    />
  );
}

const roles = [
  { value: "user", label: "User", detail: "Rents and pays for themselves" },
  { value: "operator", label: "Operator", detail: "Also sees and repairs jobs, workers and the audit log" },
  { value: "admin", label: "Admin", detail: "Also manages people and sees the settings" },
] as const;

function RoleDialog({ user, onClose }: DialogProps) {
  const [role, setRole] = useState(user.role);
  const [update] = adminApi.useUpdateUserMutation();
  const { problem, busy, submit } = useFormRequest();
  const save = async () => {
    if (!(await submit(() => update({ userId: user.id, body: { role } }).unwrap()))) return;
    toast({ title: `${user.name} is ${role} now` });
    onClose();
  };
  return (
    <Dialog open onOpenChange={onClose} title={`Role of ${user.name}`} description={user.email}>
      <Form label="Change role" fields={["role"]} problem={problem} onSubmit={() => void save()}>
        <SelectField label="Role" name="role" value={role} options={roles} onChange={setRole} />
        <p className="text-ink-3">
          Counts for the next request; API keys lose what the new role does not include.
        </p>
        <FormActions>
          <Button type="submit" weight="primary" busy={busy} disabled={role === user.role}>
            Change role
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </FormActions>
      </Form>
    </Dialog>
  );
}

function LinkDialog({ user, onClose }: DialogProps) {
  const [link, setLink] = useState<ResetLink | null>(null);
  const [create] = adminApi.useCreateResetLinkMutation();
  const { problem, busy, submit } = useFormRequest();
  const make = () =>
    submit(async () => {
      setLink(await create({ userId: user.id }).unwrap());
    });
  return (
    <Dialog open onOpenChange={onClose} title={`Reset link for ${user.name}`} description={user.email}>
      {link ? (
        <div className="grid gap-3 pb-2">
          <CodeBlock code={link.url} what="reset link" />
          <Alert tone="warning" title="Whoever has it can set the password">
            <p>
              Hand it over by a way you trust. It works once and ends <Time at={link.expires_at} />.
            </p>
          </Alert>
        </div>
      ) : (
        <Form label="Make a reset link" fields={[]} problem={problem} onSubmit={() => void make()}>
          <p className="text-ink-2">
            With the link {user.name} chooses a new password without knowing the old one. The old one works
            until then.
          </p>
          <FormActions>
            <Button type="submit" weight="primary" busy={busy}>
              Make link
            </Button>
            <Button onClick={onClose}>Cancel</Button>
          </FormActions>
        </Form>
      )}
    </Dialog>
  );
}
