/** What was tried with a machine, the newest first. */
import { CircleCheck, CircleMinus, CircleX, History as HistoryIcon } from "lucide-react";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { type Column, DataTable } from "../../components/DataTable";
import { Time } from "../../components/figures";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { MachineAttempt } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { duration } from "../../lib/time";
import { historyLists, type MachineName } from "./api";
import { attemptWords, reasonWords } from "./words";

const columns: Column<MachineAttempt>[] = [
  {
    id: "type",
    title: "What",
    cell: (attempt) => <span className="font-medium">{attemptWords[attempt.type]}</span>,
    width: 128,
    fixed: true,
  },
  {
    id: "outcome",
    title: "Outcome",
    cell: (attempt) => <Outcome attempt={attempt} />,
    width: 124,
    card: "aside",
  },
  {
    id: "reason",
    title: "Reason",
    cell: (attempt) => (attempt.reason ? reasonWords(attempt.reason) : <span className="text-ink-3">—</span>),
    width: 184,
  },
  {
    id: "message",
    title: "In its own words",
    cell: (attempt) => (
      <span className="text-ink-2" title={attempt.message ?? undefined}>
        {attempt.message ?? <span className="text-ink-3">—</span>}
      </span>
    ),
  },
  {
    id: "boot",
    title: "Boot",
    cell: (attempt) => (attempt.boot_seconds === null ? "—" : duration(attempt.boot_seconds)),
    align: "right",
    width: 92,
  },
  {
    id: "took",
    title: "Took",
    cell: (attempt) => (attempt.seconds === null ? "—" : duration(attempt.seconds)),
    align: "right",
    width: 92,
    roomy: true,
  },
  { id: "at", title: "When", cell: (attempt) => <Time at={attempt.at} />, align: "right", width: 104 },
];

function Outcome({ attempt }: { attempt: MachineAttempt }) {
  if (attempt.success)
    return (
      <Badge tone="ok" icon={CircleCheck}>
        Succeeded
      </Badge>
    );
  if (attempt.reason === "offer_gone")
    return (
      <Badge icon={CircleMinus}>
        <span title="Somebody else was quicker; it does not count against the machine.">Not counted</span>
      </Badge>
    );
  return (
    <Badge tone="danger" icon={CircleX}>
      Failed
    </Badge>
  );
}

/** Short: there are many of them, and of most there is nothing to say. */
function Card({ attempt }: { attempt: MachineAttempt }) {
  const words = [attempt.reason && reasonWords(attempt.reason), attempt.message].filter(Boolean).join(": ");
  return (
    <div className="grid gap-1">
      <p className="flex items-center gap-2">
        <span className="flex-1 font-medium">{attemptWords[attempt.type]}</span>
        <Outcome attempt={attempt} />
      </p>
      {words && <p className="text-ink-2 wrap-anywhere">{words}</p>}
      <p className="text-xs text-ink-3">
        {attempt.boot_seconds !== null && `booted in ${duration(attempt.boot_seconds)} · `}
        <Time at={attempt.at} />
      </p>
    </div>
  );
}

export function Attempts({ name }: { name: MachineName }) {
  const answer = historyLists.useAttemptPagesInfiniteQuery(name);
  return (
    <Asked of={answer} loading={<SkeletonRows rows={6} what="attempts" />}>
      {(data) => (
        <DataTable
          id="attempts"
          label="Attempts"
          columns={columns}
          rows={rowsOf(data)}
          rowKey={(attempt) => attempt.id}
          rowName={(attempt) => `${attemptWords[attempt.type]} ${attempt.at}`}
          more={moreOf(answer)}
          card={(attempt) => <Card attempt={attempt} />}
          empty={
            <EmptyState icon={HistoryIcon} title="Nothing was tried yet">
              <p>It is known by what was seen of it, or because somebody keeps away from it.</p>
            </EmptyState>
          }
        />
      )}
    </Asked>
  );
}
