/** Handing over the key of a provider. What is typed leaves this form only to the server. */
import { useState } from "react";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { PasswordField, TextField } from "../../components/fields";
import type { Credential } from "../../lib/api/generated";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";
import { filled, type ProviderForms } from "./providers";

interface Props {
  subject: string | null;
  forms: ProviderForms;
  onClose: () => void;
}

export function ProviderKeyDialog({ subject, forms, onClose }: Props) {
  const known = forms.all.find((provider) => provider.name === subject);
  const title = subject === "other" ? "Key of another provider" : `Key of ${forms.titleOf(subject ?? "")}`;
  return (
    <Dialog
      open={subject !== null}
      onOpenChange={onClose}
      title={title}
      description={known ? `Made there: ${known.where}` : "The name as the command line uses it."}
    >
      {subject !== null && <SecretForm key={subject} subject={subject} forms={forms} onClose={onClose} />}
    </Dialog>
  );
}

interface FormProps extends Props {
  subject: string;
}

function SecretForm({ subject, forms, onClose }: FormProps) {
  const fields = forms.fieldsOf(subject);
  const [provider, setProvider] = useState(subject === "other" ? "" : subject);
  const [values, setValues] = useState<Record<string, string>>({});
  const [store] = accountsApi.useStoreProviderKeyMutation();
  const { problem, busy, submit } = useFormRequest();
  const { secrets, complete } = filled(fields, values);
  const send = async () => {
    const name = provider.trim();
    if (!(await submit(() => store({ provider: name, body: { fields: secrets } }).unwrap()))) return;
    toast({
      title: `Key of ${forms.titleOf(name)} stored`,
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
        <Secret
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!complete || provider.trim() === ""}>
          Store key
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </FormActions>
    </Form>
  );
}

interface SecretProps {
  field: Credential;
  value: string;
  onChange: (value: string) => void;
}

/** What is no secret may be seen while it is typed. */
function Secret({ field, value, onChange }: SecretProps) {
  const Input = field.secret ? PasswordField : TextField;
  return (
    <Input
      label={field.title}
      name={`fields.${field.name}`}
      autoComplete="off"
      spellCheck={false}
      optional={field.optional}
      hint={field.hint || undefined}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
