/** What a view shows when it has nothing to show: empty, failed, forbidden, not found, old. */
import { CircleSlash, CloudOff, History, Lock, type LucideIcon, RefreshCw, ServerCrash } from "lucide-react";
import type { ReactNode } from "react";
import type { Problem } from "../lib/api/problem";
import { Button } from "./Button";
import { CopyButton } from "./copying";
import { Time } from "./figures";

interface StateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** An error is announced at once, an empty list is not news. */
  urgent?: boolean;
}

function Notice({ icon: Icon, title, children, action, urgent = false }: StateProps) {
  return (
    <div
      role={urgent ? "alert" : undefined}
      className="mx-auto flex max-w-md flex-col items-center gap-1.5 px-4 py-14 text-center"
    >
      <span className="mb-2 flex size-10 items-center justify-center rounded border border-line bg-surface">
        <Icon aria-hidden className="size-5 text-ink-3" strokeWidth={1.75} />
      </span>
      <p className="font-medium text-ink">{title}</p>
      <div className="text-ink-2 [&>p+p]:mt-1">{children}</div>
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Nothing here yet: what would be, why not, and the one thing to do next. */
export function EmptyState(props: Omit<StateProps, "urgent">) {
  return <Notice {...props} />;
}

interface ErrorProps {
  problem: Problem;
  onRetry?: (() => void) | undefined;
  busy?: boolean;
}

function iconOf(problem: Problem): LucideIcon {
  if (problem.status === 0) return CloudOff;
  if (problem.status === 404) return CircleSlash;
  return ServerCrash;
}

export function ErrorState({ problem, onRetry, busy = false }: ErrorProps) {
  if (problem.status === 403) return <ForbiddenState hint={problem.hint || problem.detail} />;
  const retry = onRetry && (
    <Button icon={RefreshCw} busy={busy} onClick={onRetry}>
      Try again
    </Button>
  );
  return (
    <Notice icon={iconOf(problem)} title={problem.title} action={retry} urgent>
      {problem.detail && <p>{problem.detail}</p>}
      {problem.hint && <p className="text-ink-3">{problem.hint}</p>}
      {problem.requestId && (
        <p className="inline-flex items-center gap-1 text-xs text-ink-3">
          Request <code>{problem.requestId}</code>
          <CopyButton text={problem.requestId} what="request id" small />
        </p>
      )}
    </Notice>
  );
}

export function ForbiddenState({ hint }: { hint?: string }) {
  return (
    <Notice icon={Lock} title="You are not allowed to see this">
      <p>{hint || "Your role does not include it."}</p>
      <p className="text-ink-3">An administrator can change your role under Admin → Users.</p>
    </Notice>
  );
}

/** What is shown is from before: the server did not answer the last time. */
export function StaleNotice({ since, onRetry }: { since: string; onRetry: () => void }) {
  return (
    <div role="status" className="flex items-center gap-2 rounded bg-warning-soft px-3 py-1.5 text-ink">
      <History aria-hidden className="size-4 shrink-0 text-warning" />
      <span className="min-w-0 flex-1">
        Shown as of <Time at={since} />: the server did not answer since.
      </span>
      <Button size="sm" icon={RefreshCw} onClick={onRetry}>
        Refresh
      </Button>
    </div>
  );
}
