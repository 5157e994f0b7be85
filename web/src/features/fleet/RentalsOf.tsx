/** The machines that an instance has, and those that it had: when, how long, what they cost, how they ended. */
import { Money, Time } from "../../components/figures";
import type { InstanceDetail } from "../../lib/api/generated";
import { providerTitle } from "../../lib/providerNames";
import { useTickingWords } from "../../lib/ticking";
import { duration } from "../../lib/time";
import { endingWords } from "./words";

type Rental = InstanceDetail["rentals"][number];

const roles: Record<Rental["role"], string> = { racer: "in the race", primary: "", standby: "standby" };

export function RentalsOf({ instance }: { instance: InstanceDetail }) {
  // Losers of races stand in the race's receipt.
  const held = instance.rentals.filter((rental) => rental.role !== "racer" || rental.ended_at === null);
  if (held.length === 0) return <p className="text-ink-3">It has had no machine yet.</p>;
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] border-t border-line">
      {held.map((rental) => (
        <li key={rental.id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-b border-line py-2">
          <div className="min-w-0">
            <p className="truncate">
              <span className="font-medium">{providerTitle(rental.provider)}</span> {rental.machine_id}
              {roles[rental.role] && <span className="text-ink-3"> · {roles[rental.role]}</span>}
            </p>
            <p className="truncate text-xs text-ink-3">
              {rental.gpu_name ? `${rental.gpu_count}× ${rental.gpu_name}, ` : ""}
              <Money value={rental.price_hour} per="h" />
              {rental.spot && " spot"} · <Lasted rental={rental} />
              {rental.paid_until && !rental.ended_at && (
                <>
                  {" "}
                  · paid until <Time at={rental.paid_until} />
                </>
              )}
            </p>
          </div>
          <p className="text-right">
            <Money value={rental.cost} />
            <span className="block text-xs text-ink-3">
              {rental.ended_at ? (
                <>
                  {endingWords(rental.why_ended) ?? "over"} <Time at={rental.ended_at} />
                </>
              ) : (
                rental.stage
              )}
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Lasted({ rental }: { rental: Rental }) {
  const words = useTickingWords((now) => {
    const end = rental.ended_at ? Date.parse(rental.ended_at) : now;
    return duration(Math.max(0, end - Date.parse(rental.created_at)) / 1000);
  });
  return <span className="figures">{words}</span>;
}
