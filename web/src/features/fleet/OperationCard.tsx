/** The long work that goes on: its stages with their seconds, how far it is, and a way to stop it. */
import { Check, CircleDashed, LoaderCircle, Square } from "lucide-react";
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Bar } from "../../components/Progress";
import type { Operation, Unread } from "../../lib/api/generated";
import { cx } from "../../lib/classes";
import { count } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { useTickingWords } from "../../lib/ticking";
import { duration } from "../../lib/time";
import { useInstanceActions } from "./useInstanceActions";
import { operationWords, stageWords } from "./words";

export function OperationCard({ operation }: { operation: Operation }) {
  const writes = useAllowed("fleet:write");
  const { cancel, cancelling } = useInstanceActions();
  const elapsed = useTickingWords((now) =>
    duration(Math.max(0, now - Date.parse(operation.created_at)) / 1000),
  );
  const title = operationWords(operation.kind);
  return (
    <section
      aria-label={title}
      className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded border border-line p-4"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div>
          <h2 className="font-semibold">{title}</h2>
          <p className="figures text-xs text-ink-3">
            {elapsed} so far
            {operation.eta_seconds !== null && `, about ${duration(operation.eta_seconds, 1)} to go`}
          </p>
        </div>
        {operation.can_cancel && (
          <Button
            size="sm"
            icon={Square}
            busy={cancelling}
            disabled={!writes || operation.cancel_requested}
            onClick={() => void cancel(operation.id)}
          >
            {operation.cancel_requested ? "Asked to stop" : "Stop"}
          </Button>
        )}
      </div>
      <Bar label={`${title}, progress`} percent={operation.percent} />
      <Plan operation={operation} />
      {operation.unread && <Lacking operation={operation} unread={operation.unread} />}
    </section>
  );
}

/** What would be lost with the machine, which stays until somebody says that it may be. */
function Lacking({ operation, unread }: { operation: Operation; unread: Unread }) {
  const writes = useAllowed("fleet:write");
  const { goOnWithout } = useInstanceActions();
  const [asking, ask] = useState(false);
  const { files, names, agreed } = unread;
  const those = files === 1 ? "1 file" : `${count(files)} files`;
  const title = agreed ? `Goes on without ${those}` : `${those} can't be read, so the machine stays`;
  return (
    <Alert tone="warning" title={title}>
      <p className="[overflow-wrap:anywhere]">
        <code className="text-xs">{names.join(", ")}</code>
        {files > names.length && ` and ${count(files - names.length)} more`}
      </p>
      {!agreed && (
        <>
          <p className="text-ink-2">
            It is tried again by itself: mend their permissions, or list them in a .dumontignore file.
          </p>
          <div>
            <Button size="sm" disabled={!writes} onClick={() => ask(true)}>
              Go on without them
            </Button>
          </div>
        </>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={ask}
        title={`Lose ${those}?`}
        verb={`Go on without ${those}`}
        act={() => goOnWithout(operation)}
        consequence={`${names.join(", ")}${files > names.length ? " and more" : ""}: they are on this machine alone, and gone with it. Everything else is in the snapshot.`}
      />
    </Alert>
  );
}

function Plan({ operation }: { operation: Operation }) {
  const { plan, stage, stages } = operation;
  const at = plan.indexOf(stage);
  return (
    <ol className="flex flex-wrap gap-x-5 gap-y-1.5 text-xs">
      {plan.map((each, index) => {
        const seconds = stages[each];
        const over = seconds !== undefined && each !== stage;
        const now = each === stage;
        const Icon = over ? Check : now ? LoaderCircle : CircleDashed;
        return (
          <li
            key={each}
            aria-current={now ? "step" : undefined}
            className={cx(
              "inline-flex items-center gap-1.5",
              now ? "font-medium text-ink" : over ? "text-ink-2" : "text-ink-3",
              !over && !now && index < at && "line-through",
            )}
          >
            <Icon
              aria-hidden
              className={cx("size-3.5", over && "text-ok", now && "animate-breathe text-accent-ink")}
            />
            {stageWords(each)}
            {over && <span className="figures text-ink-3">{duration(seconds, 1)}</span>}
          </li>
        );
      })}
    </ol>
  );
}
