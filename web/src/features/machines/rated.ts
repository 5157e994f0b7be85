/** A machine of the history, as the badge takes it. */
import type { Rated } from "../../components/ReliabilityBadge";
import type { MachineHistory } from "../../lib/api/generated";

export function ratedOf(machine: MachineHistory): Rated {
  return {
    provider: machine.provider,
    machineId: machine.machine_id,
    status: machine.status,
    score: machine.score,
    successRate: machine.success_rate,
    attempts: machine.total_attempts,
    blacklistReason: machine.blacklist?.reason ?? null,
  };
}
