/** Buttons, form parts, overlays and the states of a view. */
import { CirclePlay, Inbox, Plus, RefreshCw, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button, IconButton } from "../../components/Button";
import { CliHint, CodeBlock, Id } from "../../components/copying";
import { ConfirmDialog, Dialog, Sheet } from "../../components/Dialog";
import { Form, FormActions } from "../../components/Form";
import { PasswordField, TextField } from "../../components/fields";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../../components/Menu";
import { SelectField } from "../../components/Select";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState, ErrorState, ForbiddenState, StaleNotice } from "../../components/states";
import { Checkbox, Switch } from "../../components/toggles";
import { type Problem, unreachable } from "../../lib/api/problem";
import { toast } from "../../lib/toasts";
import type { Theme } from "./Design";

const row = "flex flex-wrap items-center gap-2";

export function Actions() {
  return (
    <div className="grid gap-4">
      <div className={row}>
        <Button weight="primary" icon={Plus}>
          Create key
        </Button>
        <Button>Cancel</Button>
        <Button weight="ghost">Skip</Button>
        <Button weight="danger" icon={Trash2}>
          Delete team
        </Button>
        <Button weight="primary" busy>
          Saving
        </Button>
        <Button disabled>Not now</Button>
      </div>
      <div className={row}>
        <Button size="sm" weight="primary">
          Small
        </Button>
        <Button size="sm">Small</Button>
        <Button size="sm" weight="ghost" icon={RefreshCw}>
          Refresh
        </Button>
        <IconButton label="Settings" icon={Settings2} />
        <IconButton label="Refresh" icon={RefreshCw} size="sm" />
        <Id value="0198c1de-77aa-7b11-a0a7-3f8c2f7b1c55" />
      </div>
      <CodeBlock
        code="curl -H 'Authorization: Bearer $DUMONT_KEY' http://localhost:8000/api/v1/jobs"
        what="command"
      />
      <CliHint command="dumont login" />
    </div>
  );
}

const refused: Problem = {
  ...unreachable(),
  status: 422,
  code: "invalid",
  title: "Some of it can't be accepted",
  detail: "",
  hint: "Correct the marked field and send it again.",
  errors: [
    { field: "name", message: "A key of this name exists already." },
    { field: "", message: "At most 20 keys for one person." },
  ],
};

export function Inputs({ theme }: { theme: Theme }) {
  const [role, setRole] = useState("member");
  const [agreed, agree] = useState(true);
  const [on, turn] = useState(true);
  return (
    <div className="grid gap-6 md:grid-cols-2">
      <Form
        label={`A refused form (${theme})`}
        fields={["name"]}
        problem={refused}
        onSubmit={() => undefined}
      >
        <TextField label="Name" name="name" defaultValue="laptop" hint="Shown in the audit log." />
        <TextField label="Team" placeholder="Research" optional hint="Who may use it." />
        <FormActions>
          <Button type="submit" weight="primary">
            Create key
          </Button>
          <Button>Cancel</Button>
        </FormActions>
      </Form>
      <div className="grid content-start gap-4">
        <PasswordField label="Password" defaultValue="correct horse" autoComplete="off" />
        <SelectField
          label="Role"
          value={role}
          onChange={setRole}
          options={[
            { value: "owner", label: "Owner", detail: "Everything, also deleting the team" },
            { value: "admin", label: "Admin", detail: "Invites and removes people" },
            { value: "member", label: "Member", detail: "Uses what the team has" },
          ]}
        />
        <Checkbox label="Read jobs" hint="jobs:read" checked={agreed} onChange={agree} />
        <Checkbox label="Some of them" checked="indeterminate" onChange={() => undefined} />
        <Switch label="Mail me when a job fails" hint="At most one an hour." checked={on} onChange={turn} />
      </div>
    </div>
  );
}

export function Overlays() {
  const [open, setOpen] = useState<"" | "dialog" | "confirm" | "sheet">("");
  const close = () => setOpen("");
  return (
    <div className={row}>
      <Button onClick={() => setOpen("dialog")}>Dialog</Button>
      <Button onClick={() => setOpen("confirm")}>Confirmation</Button>
      <Button onClick={() => setOpen("sheet")}>Sheet</Button>
      <Menu trigger={<Button>Menu</Button>} align="start">
        <MenuLabel>Job 4711</MenuLabel>
        <MenuItem icon={CirclePlay}>Run again</MenuItem>
        <MenuItem icon={RefreshCw} disabled>
          Retry
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} danger>
          Cancel
        </MenuItem>
      </Menu>
      <Button
        onClick={() =>
          toast({
            title: "Key deleted",
            detail: "Scripts that use it stop now.",
            action: { label: "Undo", run: () => undefined },
          })
        }
      >
        Toast
      </Button>
      <Dialog
        open={open === "dialog"}
        onOpenChange={close}
        title="Rename the team"
        description="Members see the new name at once."
        footer={<Button onClick={close}>Close</Button>}
      >
        <TextField label="Name" defaultValue="Research" />
      </Dialog>
      <ConfirmDialog
        open={open === "confirm"}
        onOpenChange={close}
        title="Destroy the machine?"
        consequence="Destroys the machine, keeps the snapshot of 14:02, and stops $0.41/h. It can be woken from the snapshot."
        verb="Destroy"
        act={async () => undefined}
      />
      <Sheet open={open === "sheet"} onOpenChange={close} title="Details">
        <p className="px-5 text-ink-2">A sheet shows one thing of a list without leaving the list.</p>
      </Sheet>
    </div>
  );
}

const broken: Problem = {
  ...unreachable(),
  status: 503,
  code: "unavailable",
  title: "The server is not ready",
  detail: "The database does not answer.",
  hint: "It is usually back within a minute. dumont doctor says what is wrong.",
  requestId: "0198c1de-77aa",
};

export function Feedback() {
  const [since] = useState(() => new Date(Date.now() - 95_000).toISOString());
  return (
    <div className="grid gap-5">
      <div className="grid gap-2">
        <Alert tone="ok" title="Saved">
          <p>The new name is seen everywhere.</p>
        </Alert>
        <Alert tone="info" title="Read-only">
          <p>You see this without an account.</p>
        </Alert>
        <Alert tone="warning" title="No worker is running" />
        <Alert tone="danger" title="The key was refused">
          <p>The provider answered 401.</p>
        </Alert>
        <StaleNotice since={since} onRetry={() => undefined} />
      </div>
      <div className="grid gap-4 md:grid-cols-2">
        <div className="rounded border border-line">
          <EmptyState
            icon={Inbox}
            title="No API keys yet"
            action={<Button weight="primary">Create a key</Button>}
          >
            <p>A key lets a script act for you, within the scopes you choose.</p>
          </EmptyState>
        </div>
        <div className="rounded border border-line">
          <ErrorState problem={broken} onRetry={() => undefined} />
        </div>
        <div className="rounded border border-line">
          <ForbiddenState />
        </div>
        <div className="overflow-hidden rounded border border-line">
          <SkeletonRows rows={6} what="a list, as an example" />
        </div>
      </div>
    </div>
  );
}
