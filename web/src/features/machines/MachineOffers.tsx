/** What a machine is offered as just now, each a way into the market. */
import { Ban, Store } from "lucide-react";
import { Link } from "react-router";
import { Alert } from "../../components/Alert";
import { Badge } from "../../components/Badge";
import { ButtonLink } from "../../components/Button";
import { Money } from "../../components/figures";
import { Group } from "../../components/Page";
import { EmptyState } from "../../components/states";
import type { MachineDetail, MachineOffer } from "../../lib/api/generated";

export function MachineOffers({ machine }: { machine: MachineDetail }) {
  return (
    <Group title="Its offers">
      <Offers machine={machine} />
    </Group>
  );
}

function Offers({ machine }: { machine: MachineDetail }) {
  if (!machine.offers_known)
    return <Alert tone="warning" title="The market does not answer just now. Try again in a moment." />;
  if (machine.offers.length === 0)
    return (
      <div className="rounded border border-line">
        <EmptyState
          icon={Store}
          title="Not offered now"
          action={<ButtonLink to="/market">Look for another</ButtonLink>}
        >
          <p>The provider does not list it at the moment; somebody may have rented it.</p>
        </EmptyState>
      </div>
    );
  return (
    <ul aria-label="Offers of this machine" className="divide-y divide-line rounded border border-line">
      {machine.offers.map((offer) => (
        <OfferLine key={offer.id} offer={offer} />
      ))}
    </ul>
  );
}

function OfferLine({ offer }: { offer: MachineOffer }) {
  const name = offer.gpu_name ? `${offer.gpu_count}× ${offer.gpu_name}` : "No GPU";
  return (
    <li className="relative flex min-h-10 flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-1.5 hover:bg-hover">
      <Link
        to={`/market/${offer.id}`}
        className="font-medium outline-offset-[-2px] after:absolute after:inset-0 hover:underline"
      >
        {name}
      </Link>
      {offer.region && <span className="text-ink-3">{offer.region}</span>}
      <span className="ml-auto flex items-center gap-3">
        {!offer.available && <Badge icon={Ban}>Gone</Badge>}
        {offer.price_hour && <Money value={offer.price_hour} per="h" />}
      </span>
    </li>
  );
}
