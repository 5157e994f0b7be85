/** Making a key: what it is for, what it may do, until when; then the key itself, this once. */
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/copying";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { MakingDialog } from "../../components/MakingDialog";
import { SelectField } from "../../components/Select";
import { Checkbox } from "../../components/toggles";
import type { ApiKeyWish } from "../../lib/api/generated";
import { type Permission, permissionWords } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { accountsApi } from "./api";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function NewApiKey(props: Props) {
  return (
    <MakingDialog<{ name: string; key: string }>
      {...props}
      title="Create an API key"
      description="Give it no more than its program needs."
      madeTitle={(made) => `Key “${made.name}” is made`}
      wish={(onMade, onCancel) => <WishForm onMade={onMade} onCancel={onCancel} />}
      shown={(made) => <Made secret={made.key} />}
    />
  );
}

function Made({ secret }: { secret: string }) {
  return (
    <div className="grid gap-3">
      <Alert tone="warning" title="Copy it now">
        <p>It is not shown again: only a hash of it is kept.</p>
      </Alert>
      <CodeBlock code={secret} what="API key" />
      <p className="text-xs text-ink-3">Use it as a bearer token, or for the command line:</p>
      <CodeBlock
        code={`export DUMONT_SERVER=${location.origin}\nexport DUMONT_TOKEN=${secret}`}
        what="commands"
      />
    </div>
  );
}

const lives = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "Never" },
] as const;
type Life = (typeof lives)[number]["value"];

function endOf(life: Life): string | null {
  return life === "never" ? null : new Date(Date.now() + Number(life) * 86_400_000).toISOString();
}

interface WishProps {
  onMade: (made: { name: string; key: string }) => void;
  onCancel: () => void;
}

function WishForm({ onMade, onCancel }: WishProps) {
  const { data: me } = useMe();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["account:read"]);
  const [life, setLife] = useState<Life>("90");
  const [create] = accountsApi.useCreateApiKeyMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      const body = { name: name.trim(), scopes: scopes as ApiKeyWish["scopes"], expires_at: endOf(life) };
      onMade(await create({ body }).unwrap());
    });
  const toggle = (scope: string) => (on: boolean) =>
    setScopes(on ? [...scopes, scope] : scopes.filter((each) => each !== scope));
  return (
    <Form
      label="Create an API key"
      fields={["name", "expires_at"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <TextField
        label="Name"
        name="name"
        placeholder="ci runner"
        hint="What it is for; the audit log shows it."
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <fieldset className="grid gap-x-6 gap-y-2.5 sm:grid-cols-2">
        <legend className="mb-2 font-medium">It may</legend>
        {me?.permissions.map((permission) => (
          <Checkbox
            key={permission}
            label={permissionWords[permission as Permission] ?? permission}
            hint={<code>{permission}</code>}
            checked={scopes.includes(permission)}
            onChange={toggle(permission)}
          />
        ))}
      </fieldset>
      <SelectField label="Ends after" name="expires_at" value={life} options={lives} onChange={setLife} />
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!name.trim() || scopes.length === 0}>
          Create key
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
