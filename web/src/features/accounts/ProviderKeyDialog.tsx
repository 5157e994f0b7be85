/** Handing over the key of a provider. What is typed leaves this form only to the server. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { PasswordField, TextField } from "../../components/fields";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";
import { providerForms, providerName } from "./providers";

interface Props {
  subject: string | null;
  onClose: () => void;
}

export function ProviderKeyDialog({ subject, onClose }: Props) {
  const known = providerForms.find((form) => form.key === subject);
  const title = known
    ? `Key of ${known.name}`
    : subject === "other"
      ? "Key of another provider"
      : `Key of ${subject}`;
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={onClose}
      title={title}
      description={known ? `Made there under: ${known.where}.` : "The name as the command line uses it."}
    >
      {subject !== null && <SecretForm key={subject} subject={subject} onClose={onClose} />}
    </Dialog>
  );
}

const oneKey = [{ name: "api_key", label: "API key" }];

function SecretForm({ subject, onClose }: { subject: string; onClose: () => void }) {
  const fields = providerForms.find((form) => form.key === subject)?.fields ?? oneKey;
  const [provider, setProvider] = useState(subject === "other" ? "" : subject);
  const [values, setValues] = useState<Record<string, string>>({});
  const [store] = accountsApi.useStoreProviderKeyMutation();
  const { problem, busy, submit } = useFormRequest();
  const complete = provider.trim() !== "" && fields.every((field) => values[field.name]?.trim());
  const send = async () => {
    const name = provider.trim();
    const secrets = Object.fromEntries(fields.map((field) => [field.name, values[field.name]?.trim() ?? ""]));
    if (!(await submit(() => store({ provider: name, body: { fields: secrets } }).unwrap()))) return;
    toast({
      title: `Key of ${providerName(name)} stored`,
      detail: "It is encrypted; only its end is shown from now on.",
    });
    onClose();
  };
  return (
    <Form
      label="Provider key"
      fields={["provider", ...fields.map((field) => `fields.${field.name}`)]}
      problem={problem}
      onSubmit={() => void send()}
    >
      {subject === "other" && (
        <TextField
          label="Provider"
          name="provider"
          placeholder="mycloud"
          autoComplete="off"
          value={provider}
          onChange={(event) => setProvider(event.target.value)}
        />
      )}
      {fields.map((field) => (
        <PasswordField
          key={field.name}
          label={field.label}
          name={`fields.${field.name}`}
          autoComplete="off"
          value={values[field.name] ?? ""}
          onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
        />
      ))}
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!complete}>
          Store key
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
