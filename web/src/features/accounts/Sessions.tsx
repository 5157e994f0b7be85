/** The places where one is signed in, each with a way to end it. */
import { Laptop, type LucideIcon, Smartphone, Terminal } from "lucide-react";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import { SkeletonRows } from "../../components/Skeleton";
import type { SessionItem } from "../../lib/api/generated";
import { toast, toastProblem } from "../../lib/toasts";
import { accountsApi } from "./api";
import { deviceOf } from "./device";

const icons: Record<string, LucideIcon> = { phone: Smartphone, program: Terminal, computer: Laptop };

export function Sessions() {
  const answer = accountsApi.useListSessionsQuery({ limit: 100 });
  return (
    <Asked of={answer} loading={<SkeletonRows rows={3} what="your sessions" />}>
      {({ items }) => (
        <ul className="divide-y divide-line border-y border-line">
          {items.map((item) => (
            <Line key={item.id} item={item} />
          ))}
        </ul>
      )}
    </Asked>
  );
}

function Line({ item }: { item: SessionItem }) {
  const [end, { isLoading }] = accountsApi.useEndSessionMutation();
  const device = deviceOf(item.user_agent);
  const Icon = icons[device.kind] ?? Laptop;
  const finish = () =>
    end({ sessionId: item.id })
      .unwrap()
      .then(() => toast({ title: "Session ended", detail: `${device.name} has to sign in again.` }))
      .catch(toastProblem);
  return (
    <li className="flex items-center gap-3 py-2.5">
      <Icon aria-hidden className="size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="truncate font-medium">{device.name}</span>
          {item.current && <Badge tone="accent">This one</Badge>}
        </p>
        <p className="figures flex flex-wrap gap-x-2 text-xs text-ink-3">
          <span>{item.ip}</span>
          <span>
            used <Time at={item.last_used_at} />
          </span>
          <span>
            signed in <Time at={item.created_at} />
          </span>
        </p>
      </div>
      {!item.current && (
        <Button size="sm" busy={isLoading} onClick={() => void finish()}>
          End<span className="sr-only"> the session on {device.name}</span>
        </Button>
      )}
    </li>
  );
}
