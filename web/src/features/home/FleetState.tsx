/** What one has: instances that run, those that sleep, and what all of it costs an hour at this moment. */
import { Link } from "react-router";
import { Money } from "../../components/figures";
import { Group } from "../../components/Page";
import type { Instance } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";
import { providerTitle } from "../../lib/providerNames";
import { homeApi } from "./api";
import { Figure } from "./Figure";

const COUNTED = 50;
const SHOWN = 6;
const GLANCE = { pollingInterval: 15_000, skipPollingIfUnfocused: true };

/** Nothing before there is an instance, as the first steps say what to do; and whatever costs is shown. */
export function FleetState() {
  const { data } = homeApi.useListInstancesQuery({ limit: COUNTED }, GLANCE);
  const { data: rentals } = homeApi.useListRentalsQuery({ limit: 1 }, GLANCE);
  if (!data || (data.items.length === 0 && !rentals?.totals.machines)) return null;
  const held = data.items.filter((instance) => instance.machine?.held);
  const asleep = data.items.filter((instance) => instance.state === "hibernated").length;
  const more = data.next_cursor !== null;
  return (
    <Group title="Your instances">
      <dl className="grid grid-cols-2 divide-line rounded border border-line sm:grid-cols-4 sm:divide-x">
        <Figure
          name="On a machine"
          to="/instances"
          value={more ? `${held.length}+` : held.length}
          note={held.length === 0 ? "none costs" : undefined}
        />
        <Figure
          name="Costs now"
          to="/rentals"
          value={rentals && <Money value={rentals.totals.price_hour} per="h" />}
          note={rentals && plural(rentals.totals.machines, "machine", "machines")}
        />
        <Figure
          name="So far"
          to="/rentals"
          value={rentals && <Money value={rentals.totals.cost} />}
          note="of what costs now"
        />
        <Figure name="Asleep" to="/instances?state=hibernated" value={more ? `${asleep}+` : asleep} />
      </dl>
      {held.length > 0 && (
        <ul className="divide-y divide-line rounded border border-line">
          {held.slice(0, SHOWN).map((instance) => (
            <Line key={instance.id} instance={instance} />
          ))}
        </ul>
      )}
      {held.length > SHOWN && <Link to="/instances">All instances</Link>}
    </Group>
  );
}

function Line({ instance: { id, name, state, machine, price_hour: price } }: { instance: Instance }) {
  const gpus = machine?.gpu_name ? `${machine.gpu_count}× ${machine.gpu_name}` : "no GPU";
  return (
    <li className="relative flex items-center gap-3 px-4 py-1.5 hover:bg-hover">
      <Link
        to={`/instances/${id}`}
        className="min-w-0 flex-1 truncate font-medium after:absolute after:inset-0"
      >
        {name}
      </Link>
      <span className="hidden min-w-0 truncate text-ink-3 sm:block">
        {gpus}
        {machine && `, ${providerTitle(machine.provider)}`}
      </span>
      <span className="w-24 shrink-0 text-xs text-ink-2">{state.replace("_", " ")}</span>
      <span className="w-20 shrink-0 text-right">
        <Money value={price} per="h" />
      </span>
    </li>
  );
}
