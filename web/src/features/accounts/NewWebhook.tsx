/** Making a webhook: where, in which form, told of what; then the secret that signs its messages, this once. */
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/copying";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { MakingDialog } from "../../components/MakingDialog";
import { SelectField } from "../../components/Select";
import { Checkbox } from "../../components/toggles";
import type { NewWebhook as Made } from "../../lib/api/generated";
import { accountsApi } from "./api";
import { allTopics, type Topic, topicWords } from "./webhookTopics";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function NewWebhook(props: Props) {
  return (
    <MakingDialog<Made>
      {...props}
      title="Add a webhook"
      description="An address of yours that is told of what happens."
      madeTitle={(made) => `Webhook “${made.name}” is made`}
      wish={(onMade, onCancel) => <WishForm onMade={onMade} onCancel={onCancel} />}
      shown={(made) => <Secret of={made} />}
    />
  );
}

function Secret({ of }: { of: Made }) {
  return (
    <div className="grid gap-3">
      <Alert tone="warning" title="Copy the secret now">
        <p>It signs every message, so that you can tell them from others. It is not shown again.</p>
      </Alert>
      <CodeBlock code={of.secret} what="secret" />
      {of.form === "json" && (
        <p className="text-xs text-ink-3">
          The header <code>Dumont-Signature</code> is <code>t=SECONDS,v1=HMAC</code>: SHA-256 over the
          seconds, a point, and the body as it came.
        </p>
      )}
    </div>
  );
}

const forms = [
  { value: "json", label: "JSON", detail: "Everything that is known, for programs" },
  { value: "slack", label: "Chat", detail: "A line of text, as Slack and its like take it" },
] as const;
type FormName = (typeof forms)[number]["value"];

interface WishProps {
  onMade: (made: Made) => void;
  onCancel: () => void;
}

function WishForm({ onMade, onCancel }: WishProps) {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [form, setForm] = useState<FormName>("json");
  const [topics, setTopics] = useState<Topic[]>(allTopics);
  const [create] = accountsApi.useCreateWebhookMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      onMade(await create({ body: { name: name.trim(), url: url.trim(), form, topics } }).unwrap());
    });
  return (
    <Form
      label="Add a webhook"
      fields={["name", "url", "form", "topics"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          name="name"
          placeholder="our chat"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField label="Form" name="form" value={form} options={forms} onChange={setForm} />
      </div>
      <TextField
        label="Address"
        name="url"
        type="url"
        placeholder="https://hooks.slack.com/services/…"
        hint="Kept sealed. Addresses of private networks are refused."
        value={url}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setUrl(event.target.value)}
      />
      <fieldset className="grid gap-x-6 gap-y-2.5 sm:grid-cols-2">
        <legend className="mb-2 font-medium">Tell of</legend>
        {allTopics.map((topic) => (
          <Checkbox
            key={topic}
            label={topicWords[topic]}
            checked={topics.includes(topic)}
            onChange={(on) => setTopics(on ? [...topics, topic] : topics.filter((each) => each !== topic))}
          />
        ))}
      </fieldset>
      <FormActions>
        <Button
          type="submit"
          weight="primary"
          busy={busy}
          disabled={!name.trim() || !url.trim() || topics.length === 0}
        >
          Add webhook
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
