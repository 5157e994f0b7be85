/** The state of a repository in figures, with checking and pruning it. */
import { CircleCheck, CircleX, Eraser, ShieldCheck, Square } from "lucide-react";
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Asked } from "../../components/Asked";
import { Big, Bigs } from "../../components/Bigs";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { Progress } from "../../components/Progress";
import { Skeleton } from "../../components/Skeleton";
import { Checkbox } from "../../components/toggles";
import type { CheckResult, PruneResult, RepositoryState, Snapshot, TaskState } from "../../lib/api/generated";
import { rowsOf } from "../../lib/api/keyset";
import { size } from "../../lib/bytes";
import { plural } from "../../lib/numbers";
import { useAllowed } from "../../lib/session/me";
import { toast, toastProblem } from "../../lib/toasts";
import { snapshotLists, snapshotsApi } from "./api";
import { MonthCost, None, Ratio, Size } from "./figures";
import { stageWords } from "./words";

interface Props {
  teamId: string | null;
  name: string | undefined;
}

export function Repository({ teamId, name }: Props) {
  const answer = snapshotsApi.useGetRepositoryQuery({ teamId });
  return (
    <section aria-label="Repository" className="min-w-0">
      <Asked of={answer} loading={<Skeleton className="h-19 w-full" />}>
        {(state) => (state.exists ? <Drawn state={state} teamId={teamId} name={name} /> : null)}
      </Asked>
    </section>
  );
}

interface DrawnProps extends Props {
  state: RepositoryState;
}

function Drawn({ state, teamId, name }: DrawnProps) {
  const { data: cost } = snapshotsApi.useShowSnapshotCostQuery();
  const mine = cost?.owners.find((each) => each.owner.id === state.owner.id);
  const latest = useLatest(teamId, state.owner.id);
  return (
    <div className="grid gap-3">
      <Bigs>
        <Big name={teamId ? `Repository of ${name ?? "the team"}` : "Your repository"} note={noteOf(state)}>
          <Size bytes={state.stored_bytes} />
        </Big>
        <Big
          name="Cost"
          note={
            cost?.price_gb_month ? `at $${Number(cost.price_gb_month)} a GB and month` : "no price is set"
          }
        >
          <MonthCost of={mine?.cost_month} bytes={state.stored_bytes} />
        </Big>
        <Big name="Dedup" note="within the newest">
          <Ratio of={latest?.dedup_ratio} />
        </Big>
        <Big name="Compression" note="of the newest">
          <Ratio of={latest?.compression_ratio} />
        </Big>
        <Checked result={state.check} />
        <Pruned result={state.prune} />
      </Bigs>
      {state.check && !state.check.ok && <Problems result={state.check} />}
      {state.task ? <Task task={state.task} teamId={teamId} /> : <Actions teamId={teamId} />}
    </div>
  );
}

function noteOf({ snapshots, packs, encrypted }: RepositoryState): string {
  const words = [plural(snapshots, "snapshot")];
  if (packs !== null) words.push(plural(packs, "pack"));
  if (encrypted) words.push("encrypted");
  return words.join(", ");
}

/** The newest that is complete: its ratios are those to expect of the next. */
function useLatest(teamId: string | null, owner: string): Snapshot | undefined {
  const { data } = snapshotLists.useSnapshotPagesInfiniteQuery({
    state: "complete",
    team_id: teamId ?? undefined,
  });
  return data && rowsOf(data).find((each) => each.owner.id === owner);
}

function Checked({ result }: { result: CheckResult | null }) {
  if (!result)
    return (
      <Big name="Last check" note="by itself, each week">
        <None />
      </Big>
    );
  const Icon = result.ok ? CircleCheck : CircleX;
  return (
    <Big name="Last check" note={checkNote(result)}>
      <span className="flex items-center gap-1.5">
        <Icon aria-hidden className={result.ok ? "size-4 text-ok" : "size-4 text-danger"} />
        <span className="sr-only">{result.ok ? "sound," : "damaged,"}</span>
        <Time at={result.at} />
      </span>
    </Big>
  );
}

function checkNote({ sealed, read_data: all, part }: CheckResult): string {
  if (sealed) return "what takes no key: whole objects, not files";
  if (all) return "every byte was read";
  return part === null || part === undefined ? "names and sizes" : "names, sizes, a twelfth of all bytes";
}

function Pruned({ result }: { result: PruneResult | null }) {
  if (!result)
    return (
      <Big name="Last prune" note="nothing to free yet">
        <None />
      </Big>
    );
  const note = result.error
    ? result.error.message
    : `freed ${size(result.freed_bytes)}${result.doomed_bytes ? `, ${size(result.doomed_bytes)} to come` : ""}`;
  return (
    <Big name="Last prune" note={note}>
      <Time at={result.at} />
    </Big>
  );
}

function Problems({ result }: { result: CheckResult }) {
  const title = result.error
    ? result.error.message
    : `The last check found ${plural(result.problems.length, "problem")}, ${plural(result.files_touched, "file")} affected`;
  return (
    <Alert tone="danger" title={title}>
      {result.error?.hint && <p className="text-ink-2">{result.error.hint}</p>}
      <ul className="mt-1 grid gap-0.5">
        {result.problems.slice(0, 8).map((problem) => (
          <li key={problem} className="[overflow-wrap:anywhere]">
            {problem}
          </li>
        ))}
      </ul>
      {result.problems.length > 8 && <p>and {plural(result.problems.length - 8, "more", "more")}</p>}
    </Alert>
  );
}

function Task({ task, teamId }: { task: TaskState; teamId: string | null }) {
  const [cancel, cancelling] = snapshotsApi.useCancelRepositoryTaskMutation();
  const stop = () => void cancel({ teamId }).unwrap().catch(toastProblem);
  const label = task.kind === "check" ? "Checking" : "Pruning";
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 rounded border border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <Progress
          label={label}
          percent={task.total ? (100 * task.done) / task.total : null}
          stage={`${label}: ${stageWords(task.stage).toLowerCase()}`}
          done={task.total ? Math.round(task.done) : null}
          total={task.total}
          unit={task.unit}
        />
      </div>
      <Button size="sm" icon={Square} busy={cancelling.isLoading} onClick={stop}>
        Cancel
      </Button>
    </div>
  );
}

function Actions({ teamId }: { teamId: string | null }) {
  const writes = useAllowed("snapshots:write");
  const [asked, ask] = useState<"check" | "prune" | null>(null);
  const [everything, readAll] = useState(false);
  const [check] = snapshotsApi.useCheckRepositoryMutation();
  const [prune] = snapshotsApi.usePruneRepositoryMutation();
  const close = (open: boolean) => !open && ask(null);
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="sm" icon={ShieldCheck} disabled={!writes} onClick={() => ask("check")}>
        Check
      </Button>
      <Button size="sm" icon={Eraser} disabled={!writes} onClick={() => ask("prune")}>
        Prune
      </Button>
      <ConfirmDialog
        harmless
        open={asked === "check"}
        onOpenChange={close}
        title="Check the repository?"
        verb="Check"
        act={async () => {
          await check({ body: { read_data: everything, team_id: teamId } }).unwrap();
          toast({ title: "The repository is being checked" });
        }}
        consequence={
          <div className="grid gap-3">
            <p>
              Looks whether all that the snapshots need is in the store. It changes nothing. Each week it
              happens by itself, and each month a part of the bytes is read; you are told of damage.
            </p>
            <Checkbox
              label="Read every byte"
              hint="Finds damage inside of packs too; it takes as long as reading the whole repository."
              checked={everything}
              onChange={readAll}
            />
          </div>
        }
      />
      <ConfirmDialog
        open={asked === "prune"}
        onOpenChange={close}
        title="Prune the repository now?"
        verb="Prune"
        act={async () => {
          await prune({ body: { team_id: teamId } }).unwrap();
          toast({ title: "The repository is being pruned" });
        }}
        consequence={
          <p>
            Deletes the snapshots that no rule keeps, which can be taken back for a while, and frees what no
            snapshot has needed since the grace began. It would happen by itself at its usual time.
          </p>
        }
      />
    </div>
  );
}
