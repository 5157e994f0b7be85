/** What was sent to a webhook and what came of it, the newest first; asked again while something is on its way. */
import { Send } from "lucide-react";
import { Asked } from "../../components/Asked";
import { StateBadge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { SkeletonLines } from "../../components/Skeleton";
import type { Webhook, WebhookDelivery } from "../../lib/api/generated";
import { toastProblem } from "../../lib/toasts";
import { accountsApi } from "./api";
import { topicShort } from "./webhookTopics";

const POLL_MS = 2000;

interface Props {
  webhook: Webhook | null;
  onClose: () => void;
}

export function WebhookDeliveries({ webhook, onClose }: Props) {
  return (
    <Dialog
      open={webhook !== null}
      onOpenChange={onClose}
      wide
      title={`Sent to “${webhook?.name ?? ""}”`}
      description="The newest first, kept for 30 days. A message is tried eight times, with growing pauses."
    >
      {webhook && <Past webhook={webhook} />}
    </Dialog>
  );
}

function Past({ webhook }: { webhook: Webhook }) {
  const answer = accountsApi.useListWebhookDeliveriesQuery(
    { webhookId: webhook.id, limit: 50 },
    { pollingInterval: POLL_MS, refetchOnMountOrArgChange: true },
  );
  const [test, testing] = accountsApi.useTestWebhookMutation();
  const send = () => test({ webhookId: webhook.id }).unwrap().catch(toastProblem);
  return (
    <div className="grid gap-3">
      <div>
        <Button icon={Send} busy={testing.isLoading} onClick={() => void send()}>
          Send a test
        </Button>
      </div>
      <Asked of={answer} loading={<SkeletonLines what="deliveries" lines={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-ink-3">Nothing was sent yet.</p>
          ) : (
            <ul aria-label="Deliveries" className="grid border-t border-line">
              {items.map((delivery) => (
                <Line key={delivery.id} delivery={delivery} />
              ))}
            </ul>
          )
        }
      </Asked>
    </div>
  );
}

function Line({ delivery }: { delivery: WebhookDelivery }) {
  const { state, status, error, tries, milliseconds } = delivery;
  const facts = [
    topicShort(delivery.topic),
    tries > 1 && `${tries} tries`,
    status !== null && `answered ${status}`,
    milliseconds !== null && `in ${milliseconds} ms`,
  ].filter(Boolean);
  return (
    <li className="flex items-start gap-3 border-b border-line py-2">
      <span className="w-24 shrink-0">
        <StateBadge state={state} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">{delivery.text}</p>
        <p className="figures text-xs text-ink-3">{facts.join(" · ")}</p>
        {error && <p className="text-xs wrap-anywhere text-danger">{error}</p>}
      </div>
      <span className="text-xs text-ink-3">
        <Time at={delivery.created_at} />
      </span>
    </li>
  );
}
