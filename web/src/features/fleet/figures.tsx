/** Figures of instances: the state in a word, the machine in a line, what happens next, how busy it is. */

import { Badge } from "../../components/Badge";
import { Bar } from "../../components/Progress";
import { Sparkline } from "../../components/Sparkline";
import type { Instance, Operation } from "../../lib/api/generated";
import { providerTitle } from "../../lib/providerNames";
import { useTickingWords } from "../../lib/ticking";
import { duration } from "../../lib/time";
import { stateLooks } from "./states";
import { stageWords } from "./words";

export function StateMark({ state }: { state: Instance["state"] }) {
  const { tone, icon, word, live = false } = stateLooks[state];
  return (
    <Badge tone={tone} icon={icon} live={live}>
      {word}
    </Badge>
  );
}

type Machine = NonNullable<Instance["machine"]>;

export function gpuWords(machine: Pick<Machine, "gpu_name" | "gpu_count" | "cpu_cores" | "ram_gb">): string {
  if (machine.gpu_name) return `${machine.gpu_count}× ${machine.gpu_name}`;
  const cores = machine.cpu_cores ? `${machine.cpu_cores} cores` : "CPU only";
  return machine.ram_gb ? `${cores}, ${Math.round(machine.ram_gb)} GB` : cores;
}

export function MachineLine({ machine }: { machine: Machine | null }) {
  if (!machine) return <span className="text-ink-3">—</span>;
  return (
    <span className="block min-w-0 truncate">
      {gpuWords(machine)}{" "}
      <span className="text-ink-3">
        {machine.held ? "" : "was "}
        {providerTitle(machine.provider)}
        {machine.region && machine.provider !== "local" ? `, ${machine.region}` : ""}
      </span>
    </span>
  );
}

/** How far the open operation is, in the width of a cell. */
export function OperationLine({ operation, name }: { operation: Operation; name: string }) {
  return (
    <span className="grid w-full gap-1">
      <span className="truncate text-xs text-ink-2">{stageWords(operation.stage || operation.kind)}</span>
      <Bar label={`Progress of ${name}`} percent={operation.percent} />
    </span>
  );
}

export function Next({ next }: { next: NonNullable<Instance["next"]> }) {
  const words = useTickingWords((now) => {
    if (!next.at) return next.text;
    const left = (Date.parse(next.at) - now) / 1000;
    if (left <= 0 || left > 86_400) return next.text;
    return `${nextVerbs[next.what] ?? next.text} in ${duration(left, left < 120 ? 2 : 1)}`;
  });
  return <span className="figures">{words}</span>;
}

const nextVerbs: Partial<Record<NonNullable<Instance["next"]>["what"], string>> = {
  hibernate: "Hibernates",
  wake: "Wakes",
  release: "Gives everything back",
  until: "Ends",
  retry: "Tries again",
  warn: "Warns",
  awake_ends: "May sleep again",
  end: "Ends",
  ask: "Looks again for a spot machine",
};

type Utilisation = Instance["utilisation"];

/** The GPU's, or of a machine without one the processors'. */
export function busyOf(utilisation: Utilisation): {
  what: "GPU" | "CPU";
  now: number | null;
  run: (number | null)[];
} {
  const gpu = utilisation.gpu.some((value) => value !== null) || utilisation.gpu_percent !== null;
  return gpu
    ? { what: "GPU", now: utilisation.gpu_percent, run: utilisation.gpu }
    : { what: "CPU", now: utilisation.cpu_percent, run: utilisation.cpu };
}

export function Busy({ utilisation, name }: { utilisation: Utilisation; name: string }) {
  const { what, now, run } = busyOf(utilisation);
  if (!run.some((value) => value !== null)) return <span className="text-ink-3">—</span>;
  return (
    <span className="flex items-center gap-2">
      <Sparkline values={run} label={`${what} of ${name}, 30 minutes`} width={72} />
      {now !== null && (
        <span className="figures whitespace-nowrap">
          {Math.round(now)}
          <span className="text-xs text-ink-3"> % {what}</span>
        </span>
      )}
    </span>
  );
}
