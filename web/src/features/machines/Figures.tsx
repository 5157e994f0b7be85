/** The figures of a machine that are compared first, in one row. */
import { Big, Bigs } from "../../components/Bigs";
import { Time } from "../../components/figures";
import { reliabilityLooks } from "../../components/reliabilityLooks";
import type { MachineDetail } from "../../lib/api/generated";
import { count, plural } from "../../lib/numbers";
import { duration } from "../../lib/time";

export function Figures({ machine }: { machine: MachineDetail }) {
  const { total_attempts: total, success_rate: rate, consecutive_failures: row } = machine;
  return (
    <Bigs>
      <Big
        name="Succeeded"
        note={total === 0 ? "nothing was tried" : `${count(machine.successful_attempts)} of ${count(total)}`}
      >
        {rate === null ? <None /> : `${rate.toFixed(0)}%`}
      </Big>
      <Big name="By attempts" note={row > 0 ? `${plural(row, "failure")} in a row now` : "none failed last"}>
        {reliabilityLooks[machine.status].word}
      </Big>
      <Big name="Boot, mean" note="until of use">
        {machine.boot_seconds_mean === null ? <None /> : duration(machine.boot_seconds_mean)}
      </Big>
      <Big name="Boot, p95" note="one of twenty is slower">
        {machine.boot_seconds_p95 === null ? <None /> : duration(machine.boot_seconds_p95)}
      </Big>
      <Big
        name="Last success"
        note={
          <>
            last failure <Time at={machine.last_failure_at} />
          </>
        }
      >
        <Time at={machine.last_success_at} />
      </Big>
    </Bigs>
  );
}

function None() {
  return <span className="font-normal text-ink-3">—</span>;
}
