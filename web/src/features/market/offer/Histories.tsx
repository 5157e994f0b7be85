/** How the price of this offer, and of its GPU at this provider, went. */
import { ChartLine } from "lucide-react";
import { useMemo } from "react";
import { Chart } from "../../../components/Chart";
import { Group } from "../../../components/Page";
import { EmptyState } from "../../../components/states";
import type { OfferDetail } from "../../../lib/api/generated";
import { price } from "../../../lib/money";
import { providerTitle } from "../names";
import { hoursOf, stepsOf } from "./history";

const words = (value: number) => price(value.toFixed(6));

export function Histories({ offer }: { offer: OfferDetail }) {
  const own = useMemo(() => stepsOf(offer.price_history), [offer.price_history]);
  const model = useMemo(() => hoursOf(offer.history), [offer.history]);
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-2">
      <Group title="Price of this offer">
        {own.moments.length > 1 ? (
          <Chart
            label="Dollars an hour, the whole machine"
            moments={own.moments}
            series={own.series}
            words={words}
            height={200}
          />
        ) : (
          <NoHistory words="Changes of its price are kept from now on and drawn here." />
        )}
      </Group>
      <Group title={`${offer.gpu_name ?? "Machines"} at ${providerTitle(offer.provider)}, 7 days`}>
        {model.moments.length > 1 ? (
          <Chart
            label="Dollars an hour of one GPU"
            moments={model.moments}
            series={model.series}
            words={words}
            height={200}
          />
        ) : (
          <NoHistory words="A figure is kept every hour; two of them make a line." />
        )}
      </Group>
    </div>
  );
}

function NoHistory({ words: why }: { words: string }) {
  return (
    <div className="rounded border border-line">
      <EmptyState icon={ChartLine} title="No history yet">
        <p>{why}</p>
      </EmptyState>
    </div>
  );
}
