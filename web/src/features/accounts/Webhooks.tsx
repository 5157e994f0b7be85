/** Addresses of one's own that are told of what happens: listed, made, tried, paused, removed. */
import { List, Pause, Play, Plus, Send, Trash2, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Webhook } from "../../lib/api/generated";
import { toast, toastProblem } from "../../lib/toasts";
import { accountsApi } from "./api";
import { NewWebhook } from "./NewWebhook";
import { WebhookDeliveries } from "./WebhookDeliveries";
import { allTopics, topicShort } from "./webhookTopics";

const columns: Column<Webhook>[] = [
  {
    id: "name",
    title: "Name",
    cell: (hook) => <span className="font-medium">{hook.name}</span>,
    sortBy: (hook) => hook.name,
    fixed: true,
  },
  {
    id: "address",
    title: "Address",
    cell: (hook) => (
      <code className="text-xs text-ink-2">
        {hook.host}/…{hook.ending}
      </code>
    ),
    width: 240,
  },
  { id: "topics", title: "Told of", cell: (hook) => <Topics of={hook.topics} /> },
  {
    id: "form",
    title: "Form",
    cell: (hook) => (hook.form === "slack" ? "chat" : "JSON"),
    width: 80,
    roomy: true,
  },
  {
    id: "state",
    title: "State",
    cell: (hook) => <StateBadge state={hook.enabled ? "active" : "paused"} />,
    width: 104,
    card: "aside",
  },
  {
    id: "made",
    title: "Made",
    cell: (hook) => <Time at={hook.created_at} />,
    sortBy: (hook) => hook.created_at,
    width: 104,
    align: "right",
    roomy: true,
  },
];

export function Webhooks() {
  const answer = accountsApi.useListWebhooksQuery();
  const [params, setParams] = useSearchParams();
  const [doomed, doom] = useState<Webhook | null>(null);
  const [opened, open] = useState<Webhook | null>(null);
  const show = (to: boolean) => setParams(to ? { new: "1" } : {}, { replace: true });
  const create = (
    <Button weight="primary" icon={Plus} onClick={() => show(true)}>
      Add webhook
    </Button>
  );
  return (
    <Page
      wide
      title="Webhooks"
      description="Addresses of yours that are told when an instance is about to sleep, loses its machine, or a budget ends."
      actions={create}
    >
      <Asked of={answer} loading={<SkeletonRows what="webhooks" />}>
        {({ items }) => (
          <DataTable
            id="webhooks"
            label="Webhooks"
            columns={columns}
            rows={items}
            rowKey={(hook) => hook.id}
            rowName={(hook) => hook.name}
            hotkeys
            actions={(hook) => <Actions hook={hook} onOpen={open} onRemove={doom} />}
            empty={
              <EmptyState icon={WebhookIcon} title="No webhooks yet" action={create}>
                <p>Have a chat or a program of yours told of your instances, and those of your teams.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont webhooks add 'our chat' --slack --on interrupted --on budget_over" />
      </div>
      <NewWebhook open={params.has("new")} onOpenChange={show} />
      <WebhookDeliveries webhook={opened} onClose={() => open(null)} />
      <Removal hook={doomed} onClose={() => doom(null)} />
    </Page>
  );
}

interface ActionsProps {
  hook: Webhook;
  onOpen: (hook: Webhook) => void;
  onRemove: (hook: Webhook) => void;
}

function Actions({ hook, onOpen, onRemove }: ActionsProps) {
  const [change] = accountsApi.useChangeWebhookMutation();
  const [test] = accountsApi.useTestWebhookMutation();
  const turn = () =>
    change({ webhookId: hook.id, body: { enabled: !hook.enabled } })
      .unwrap()
      .then(() => toast({ title: `${hook.name} is ${hook.enabled ? "paused" : "told again"}` }))
      .catch(toastProblem);
  const tryIt = () =>
    test({ webhookId: hook.id })
      .unwrap()
      .then(() => onOpen(hook))
      .catch(toastProblem);
  return (
    <>
      <MenuItem icon={List} onSelect={() => onOpen(hook)}>
        Deliveries
      </MenuItem>
      <MenuItem icon={Send} onSelect={() => void tryIt()}>
        Send a test
      </MenuItem>
      <MenuItem icon={hook.enabled ? Pause : Play} onSelect={() => void turn()}>
        {hook.enabled ? "Pause" : "Go on"}
      </MenuItem>
      <MenuItem icon={Trash2} danger onSelect={() => onRemove(hook)}>
        Remove
      </MenuItem>
    </>
  );
}

function Removal({ hook, onClose }: { hook: Webhook | null; onClose: () => void }) {
  const [remove] = accountsApi.useDeleteWebhookMutation();
  const act = async () => {
    if (!hook) return;
    await remove({ webhookId: hook.id }).unwrap();
    toast({ title: `Webhook “${hook.name}” removed` });
  };
  return (
    <ConfirmDialog
      open={hook !== null}
      onOpenChange={onClose}
      title={`Remove the webhook “${hook?.name ?? ""}”?`}
      consequence="Its address is told nothing any more, and what was sent to it is forgotten."
      verb="Remove webhook"
      act={act}
    />
  );
}

function Topics({ of }: { of: string[] }) {
  if (of.length === allTopics.length) return <span className="text-ink-2">everything</span>;
  const words = of.map(topicShort).join(", ");
  return (
    <span className="block truncate text-ink-2" title={words}>
      {words}
    </span>
  );
}
