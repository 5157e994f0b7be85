/** Keys for programs that act for one: listed, made with few scopes, deleted. */
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Badge, StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { ApiKey } from "../../lib/api/generated";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";
import { NewApiKey } from "./NewApiKey";

const columns: Column<ApiKey>[] = [
  {
    id: "name",
    title: "Name",
    cell: (key) => <span className="font-medium">{key.name}</span>,
    sortBy: (key) => key.name,
    fixed: true,
  },
  {
    id: "prefix",
    title: "Key",
    cell: (key) => <code className="text-xs text-ink-2">dmt_{key.prefix}_…</code>,
    width: 168,
  },
  { id: "scopes", title: "Scopes", cell: (key) => <Scopes scopes={key.scopes} /> },
  { id: "state", title: "State", cell: (key) => <KeyState apiKey={key} />, width: 104, card: "aside" },
  {
    id: "used",
    title: "Used",
    cell: (key) => <Time at={key.last_used_at} />,
    sortBy: (key) => key.last_used_at ?? "",
    width: 104,
    align: "right",
  },
  {
    id: "ends",
    title: "Ends",
    cell: (key) => <Time at={key.expires_at} />,
    sortBy: (key) => key.expires_at ?? "9",
    width: 104,
    align: "right",
  },
  {
    id: "made",
    roomy: true,
    title: "Made",
    cell: (key) => <Time at={key.created_at} />,
    sortBy: (key) => key.created_at,
    width: 104,
    align: "right",
  },
];

export function ApiKeys() {
  const answer = accountsApi.useListApiKeysQuery({ limit: 200 });
  const [params, setParams] = useSearchParams();
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const creating = params.has("new");
  const show = (open: boolean) => setParams(open ? { new: "1" } : {}, { replace: true });
  const create = (
    <Button weight="primary" icon={Plus} onClick={() => show(true)}>
      Create key
    </Button>
  );
  return (
    <Page
      wide
      title="API keys"
      description="A key lets a program act for you, within the scopes you give it. It is shown once."
      actions={create}
    >
      <Asked of={answer} loading={<SkeletonRows what="API keys" />}>
        {({ items }) => (
          <DataTable
            id="api-keys"
            label="API keys"
            columns={columns}
            rows={items}
            rowKey={(key) => key.id}
            rowName={(key) => key.name}
            hotkeys
            actions={(key) => (
              <MenuItem icon={Trash2} danger onSelect={() => setDoomed(key)}>
                Delete
              </MenuItem>
            )}
            empty={
              <EmptyState icon={KeyRound} title="No API keys yet" action={create}>
                <p>Programs and the command line use one instead of your password.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont keys create ci --scope jobs:read" />
      </div>
      <NewApiKey open={creating} onOpenChange={show} />
      <Deletion apiKey={doomed} onClose={() => setDoomed(null)} />
    </Page>
  );
}

function Deletion({ apiKey, onClose }: { apiKey: ApiKey | null; onClose: () => void }) {
  const [remove] = accountsApi.useDeleteApiKeyMutation();
  const act = async () => {
    if (!apiKey) return;
    await remove({ keyId: apiKey.id }).unwrap();
    toast({ title: `Key “${apiKey.name}” deleted` });
  };
  return (
    <ConfirmDialog
      open={apiKey !== null}
      onOpenChange={onClose}
      title={`Delete the key “${apiKey?.name ?? ""}”?`}
      consequence="Programs that use it are refused from this moment on. It can't be brought back; make a new one instead."
      verb="Delete key"
      act={act}
    />
  );
}

function KeyState({ apiKey }: { apiKey: ApiKey }) {
  const ended = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) < Date.now();
  return <StateBadge state={ended ? "expired" : "active"} />;
}

const SHOWN = 3;

function Scopes({ scopes }: { scopes: string[] }) {
  return (
    <span className="inline-flex max-w-full gap-1 overflow-hidden align-middle" title={scopes.join(", ")}>
      {scopes.slice(0, SHOWN).map((scope) => (
        <Badge key={scope}>{scope}</Badge>
      ))}
      {scopes.length > SHOWN && <Badge>+{scopes.length - SHOWN}</Badge>}
    </span>
  );
}
