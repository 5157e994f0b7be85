/** What so many hours cost at the cheapest, the median and the dearest, and at the large clouds. */
import { PiggyBank } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link } from "react-router";
import { Asked } from "../../../components/Asked";
import { useFilters } from "../../../components/FilterBar";
import { controlLooks, Field } from "../../../components/fields";
import { Money, Time } from "../../../components/figures";
import { Group } from "../../../components/Page";
import { SkeletonRows } from "../../../components/Skeleton";
import { Slider } from "../../../components/Slider";
import { EmptyState } from "../../../components/states";
import type { Savings as Answer, CloudSaving, Cost, ModelSavings } from "../../../lib/api/generated";
import { count } from "../../../lib/numbers";
import { marketApi } from "../api";
import { providerTitle } from "../names";
import { ModelPicker, useModel } from "./ModelPicker";

const DAYS_MOST = 365;

function within(text: string | undefined, usual: number, most: number): number {
  const value = Number(text);
  return text && Number.isFinite(value) && value > 0 && value <= most ? value : usual;
}

export function Savings() {
  const { values, set } = useFilters(["hours_per_day", "days"]);
  const { models, model, choose, isLoading } = useModel();
  const hours = within(values.hours_per_day, 24, 24);
  const days = within(values.days, 30, 3660);
  return (
    <div className="grid items-start gap-x-10 gap-y-6 md:grid-cols-[240px_minmax(0,1fr)]">
      <div className="grid max-w-xs gap-5">
        <div className="grid gap-1.5">
          <span className="font-medium">GPU</span>
          <ModelPicker models={models} model={model} onChange={choose} />
        </div>
        <Slider
          label="Hours a day"
          unit="h"
          min={1}
          max={24}
          value={hours}
          onChange={(next) => set("hours_per_day", next === 24 ? "" : String(next))}
        />
        <Days value={days} onChange={(next) => set("days", next === 30 ? "" : String(next))} />
      </div>
      {model ? <Answered {...{ model, hours, days }} /> : !isLoading && <NoOffers />}
    </div>
  );
}

function Days({ value, onChange }: { value: number; onChange: (days: number) => void }) {
  const [text, setText] = useState(String(value));
  useEffect(() => {
    setText(String(value));
  }, [value]);
  const keep = () => onChange(within(text, value, DAYS_MOST));
  return (
    <Field label="Days" hint={`Up to ${DAYS_MOST}.`}>
      {(wiring) => (
        <input
          {...wiring}
          type="number"
          min={1}
          max={DAYS_MOST}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={keep}
          onKeyDown={(event) => event.key === "Enter" && keep()}
          className={`${controlLooks} w-28`}
        />
      )}
    </Field>
  );
}

function Answered({ model, hours, days }: { model: string; hours: number; days: number }) {
  const answer = marketApi.useShowSavingsQuery({ model, hoursPerDay: hours, days });
  return (
    <Asked of={answer} loading={<SkeletonRows rows={6} what="savings" />}>
      {(savings) =>
        savings.cheapest ? <Each savings={savings} /> : <NoOffers near={savings.models_suggested} />
      }
    </Asked>
  );
}

function NoOffers({ near = [] }: { near?: readonly string[] }) {
  return (
    <EmptyState icon={PiggyBank} title="Nobody offers this GPU now">
      {near.length > 0 ? <p>Nearest names: {near.join(", ")}.</p> : <p>Choose another one.</p>}
    </EmptyState>
  );
}

/** A name may mean several GPUs; what is saved on one is no figure of another. */
function Each({ savings }: { savings: Answer }) {
  const { others, hours, as_of } = savings;
  return (
    <div className="grid gap-8">
      {[savings, ...others].map((each) => (
        <Drawn key={each.variant} {...{ savings: each, hours, as_of }} />
      ))}
    </div>
  );
}

function Drawn({ savings, hours, as_of }: { savings: ModelSavings } & Pick<Answer, "hours" | "as_of">) {
  const { cheapest, median, dearest, clouds, saving_on_median, saving_on_dearest } = savings;
  const most = Math.max(
    ...[cheapest, median, dearest].map((cost) => Number(cost?.cost ?? 0)),
    ...clouds.map((cloud) => Number(cloud.cost)),
  );
  return (
    <Group
      title={`${count(hours)} hours of one ${savings.variant}`}
      aside={
        as_of && (
          <span className="shrink-0 text-xs text-ink-3">
            {count(savings.offers)} offers, as of <Time at={as_of} />
          </span>
        )
      }
    >
      {saving_on_median && (
        <p className="text-ink-2">
          At the cheapest you save <Strong value={saving_on_median} /> against the median
          {saving_on_dearest && (
            <>
              {" "}
              and <Strong value={saving_on_dearest} /> against the dearest
            </>
          )}
          .
        </p>
      )}
      <ul className="divide-y divide-line rounded border border-line">
        <CostLine name="Cheapest" cost={cheapest} most={most} />
        <CostLine name="Median" cost={median} most={most} />
        <CostLine name="Dearest" cost={dearest} most={most} />
        {clouds.map((cloud) => (
          <Cloud key={`${cloud.provider} ${cloud.model}`} cloud={cloud} most={most} />
        ))}
      </ul>
    </Group>
  );
}

function Strong({ value }: { value: string }) {
  return (
    <strong className="font-semibold text-ink">
      <Money value={value} as="amount" />
    </strong>
  );
}

interface LineProps {
  name: ReactNode;
  note?: ReactNode;
  price: string;
  total: string;
  most: number;
  offer: string | null;
  aside?: ReactNode;
}

function Line({ name, note, price, total, most, offer, aside }: LineProps) {
  return (
    <li className="grid gap-1.5 px-4 py-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="min-w-0">
          {offer ? (
            <Link to={`/market/${offer}`} className="font-medium hover:underline">
              {name}
            </Link>
          ) : (
            <span className="font-medium">{name}</span>
          )}{" "}
          <span className="text-ink-3">
            <Money value={price} per="h" />
          </span>
        </span>
        <span className="figures flex items-baseline gap-3">
          {aside}
          <span className="font-medium">
            <Money value={total} as="amount" />
          </span>
        </span>
      </div>
      <span aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-line">
        <span className="bg-accent" style={{ width: `${(Number(total) / most) * 100}%` }} />
      </span>
      {note && <p className="text-xs text-ink-3">{note}</p>}
    </li>
  );
}

function CostLine({ name, cost, most }: { name: string; cost: Cost | null; most: number }) {
  if (!cost) return null;
  const words = cost.provider ? `${name}, ${providerTitle(cost.provider)}` : name;
  return (
    <Line name={words} price={cost.price_gpu_hour} total={cost.cost} most={most} offer={cost.offer_id} />
  );
}

function Cloud({ cloud, most }: { cloud: CloudSaving; most: number }) {
  return (
    <Line
      name={`${providerTitle(cloud.provider)} on demand, ${cloud.model}`}
      note={cloud.same_model ? null : cloud.why}
      price={cloud.price_gpu_hour}
      total={cloud.cost}
      most={most}
      offer={cloud.offer_id}
      aside={
        <span className="text-xs text-ok">
          {Number(cloud.saving) >= 0 ? `${Math.round(cloud.saving_percent)}% saved` : ""}
        </span>
      }
    />
  );
}
