/** Where the machines may stand: clouds, with what each can and can't, and countries; none chosen means anywhere. */
import { Check } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/Button";
import { cx } from "../../../lib/classes";
import { countryName } from "../../../lib/countries";
import { count } from "../../../lib/numbers";
import { fleetApi } from "../api";
import { abilitiesOf, type Place, providerPlaces } from "./clouds";
import { usePlaces } from "./gpus";
import { type Need, saysNothing } from "./wish";

/** More than these are shown when asked for. */
const COUNTRIES = 10;

interface Props {
  need: Need;
  onChange: (change: Partial<Need>) => void;
}

export function Places({ need, onChange }: Props) {
  const { data: facets } = usePlaces(need);
  const { data: clouds } = fleetApi.useListProvidersQuery();
  const providers = providerPlaces(clouds?.items ?? [], facets?.providers ?? [], need.providers);
  const countries = (facets?.countries ?? []).map(({ value, offers }) => ({ value, offers }));
  for (const value of need.countries)
    if (!countries.some((each) => each.value === value)) countries.push({ value, offers: 0 });
  const limits = providers
    .filter(({ name }) => need.providers.includes(name))
    .flatMap(({ title, cannot }) => Object.values(cannot).map((why) => `${title}: ${why}`));
  return (
    <section aria-label="Where" className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <h2 className="font-medium">
        Where <span className="ml-1 font-normal text-ink-3">anywhere, if nothing is chosen</span>
      </h2>
      <ul aria-label="Clouds" className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-5">
        {providers.map((place) => (
          <li key={place.name}>
            <Cloud
              place={place}
              none={saysNothing(need) ? "no GPUs known there" : "nothing that fits"}
              chosen={need.providers.includes(place.name)}
              onToggle={() => onChange({ providers: toggled(need.providers, place.name), offer: null })}
            />
          </li>
        ))}
      </ul>
      {limits.length > 0 && (
        <ul aria-label="What the chosen clouds can't" className="grid gap-0.5 text-xs text-ink-3">
          {limits.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
      )}
      <Countries
        found={countries}
        chosen={need.countries}
        onToggle={(code) => onChange({ countries: toggled(need.countries, code), offer: null })}
      />
    </section>
  );
}

const toggled = (all: readonly string[], one: string) =>
  all.includes(one) ? all.filter((each) => each !== one) : [...all, one];

interface CloudProps {
  place: Place;
  /** What is said where there are no offers. */
  none: string;
  chosen: boolean;
  onToggle: () => void;
}

function Cloud({ place, none, chosen, onToggle }: CloudProps) {
  const { can, not } = abilitiesOf(place.can);
  return (
    <button
      type="button"
      aria-pressed={chosen}
      disabled={!chosen && place.offers === 0}
      onClick={onToggle}
      className={cx(
        "flex h-full w-full flex-col items-start rounded border px-3 py-2 text-left enabled:hover:bg-hover",
        "disabled:text-ink-3",
        chosen ? "border-accent bg-accent-soft" : "border-line",
      )}
    >
      <span className="flex w-full items-center justify-between gap-2">
        <span className="truncate font-medium">{place.title}</span>
        {chosen && <Check aria-hidden className="size-3.5 shrink-0 text-accent-ink" />}
      </span>
      <span className="figures text-xs text-ink-3">
        {place.offers === 0 ? none : `${count(place.offers)} offers fit`}
      </span>
      {can.length > 0 && <span className="mt-1 text-xs text-ink-2">{can.join(", ")}</span>}
      {not.length > 0 && <span className="text-xs text-ink-3">no {not.join(", no ")}</span>}
    </button>
  );
}

interface CountriesProps {
  found: readonly { value: string; offers: number }[];
  chosen: readonly string[];
  onToggle: (code: string) => void;
}

function Countries({ found, chosen, onToggle }: CountriesProps) {
  const [all, showAll] = useState(false);
  const shown = all ? found : found.filter(({ value }, at) => at < COUNTRIES || chosen.includes(value));
  if (found.length === 0) return null;
  return (
    <ul aria-label="Countries" className="flex flex-wrap gap-1.5">
      {shown.map(({ value, offers }) => (
        <li key={value}>
          <button
            type="button"
            aria-pressed={chosen.includes(value)}
            onClick={() => onToggle(value)}
            className={cx(
              "inline-flex h-7 items-center gap-1.5 rounded border px-2 text-xs hover:bg-hover",
              chosen.includes(value) ? "border-accent bg-accent-soft" : "border-line",
            )}
          >
            {countryName(value)} <span className="figures text-ink-3">{count(offers)}</span>
          </button>
        </li>
      ))}
      {shown.length < found.length && (
        <li>
          <Button size="sm" weight="ghost" onClick={() => showAll(true)}>
            {found.length - shown.length} more
          </Button>
        </li>
      )}
    </ul>
  );
}
