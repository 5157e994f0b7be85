/** When there is nothing to show: the market is empty, or nothing fits, and what to do about it. */
import { KeySquare, PackageSearch, RefreshCw, SearchX } from "lucide-react";
import { Button, ButtonLink } from "../../components/Button";
import { EmptyState } from "../../components/states";
import type { Problem } from "../../lib/api/problem";
import { useAllowed } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";
import type { Head } from "./list";
import { hiddenCount } from "./ReliabilityFilter";
import { changed, cleared, filtersOf, flag, type Key, one, type Search } from "./search";

/** Nobody has told the server of any offer yet. */
export function EmptyMarket({ head }: { head: Head }) {
  const operator = useAllowed("providers:sync");
  const stranger = useSession() === "signed-out";
  const failing = head.providers.some((provider) => provider.error);
  if (operator)
    return (
      <EmptyState
        icon={PackageSearch}
        title="No provider has sent its offers yet"
        action={
          <>
            <ButtonLink to="/provider-keys" weight="primary" icon={KeySquare}>
              Add a provider key
            </ButtonLink>
            <ButtonLink to="/admin/providers">State of the providers</ButtonLink>
          </>
        }
      >
        <p>
          {failing
            ? "The last tries failed. The providers' page says why, and what to do."
            : "A key of one cloud is enough; its offers are here half a minute later. Some clouds need no key."}
        </p>
      </EmptyState>
    );
  return (
    <EmptyState
      icon={PackageSearch}
      title="There are no offers yet"
      action={
        stranger && (
          <ButtonLink to="/sign-in?next=%2Fmarket" weight="primary">
            Sign in
          </ButtonLink>
        )
      }
    >
      <p>The providers have not been asked yet, or did not answer. This page fills by itself.</p>
    </EmptyState>
  );
}

const keyWords: Partial<Record<Key, string>> = {
  q: "the words",
  model: "the GPU",
  provider: "the provider",
  country: "the country",
  region: "the region",
  gpu_count: "the number of GPUs",
  min_gpus: "the lowest number of GPUs",
  max_gpus: "the highest number of GPUs",
  min_vram: "the lowest memory",
  max_vram: "the highest memory",
  min_price: "the lowest price",
  max_price: "the highest price",
  spot: "spot only",
  verified: "verified only",
  min_inet_down: "the download speed",
  cuda_min: "the CUDA version",
  min_reliability: "the claimed reliability",
  min_score: "the reliability threshold",
};

interface Props {
  search: Search;
  head: Head | null;
  replace: (search: Search) => void;
}

export function NoMatch({ search, head, replace }: Props) {
  const near = head?.models_suggested ?? [];
  const hidden = flag(search, "include_blacklisted") ? 0 : hiddenCount(head?.hidden);
  const filters = filtersOf(search).filter((key) => keyWords[key]);
  const take = (model: string) => replace(changed(search, { model, q: null }));
  return (
    <EmptyState
      icon={SearchX}
      title={near.length > 0 ? "No GPU is called so" : "No offer fits all of it"}
      action={
        <>
          {near.map((model) => (
            <Button key={model} onClick={() => take(model)}>
              {model}
            </Button>
          ))}
          {hidden > 0 && (
            <Button
              weight="primary"
              onClick={() => replace(changed(search, { include_blacklisted: "true", min_score: null }))}
            >
              Show {hidden} hidden
            </Button>
          )}
          {near.length === 0 &&
            filters.slice(0, 5).map((key) => (
              <Button key={key} onClick={() => replace(changed(search, { [key]: null }))}>
                Drop {keyWords[key]}
              </Button>
            ))}
          {filters.length > 1 && (
            <Button weight="ghost" onClick={() => replace(cleared(search))}>
              Clear all
            </Button>
          )}
        </>
      }
    >
      <p>
        {near.length > 0
          ? "These names are nearest to what you asked for:"
          : hidden > 0
            ? "Machines that fit are left out, because they failed too often or you keep away from them."
            : "Each of these lets go of one condition and keeps the rest:"}
      </p>
    </EmptyState>
  );
}

/** The server did not take a filter of the address: says which, and lets go of it. */
export function RefusedFilter({ problem, search, replace }: Omit<Props, "head"> & { problem: Problem }) {
  const faults = problem.errors.map((fault) => ({
    key: fault.field.split(".").at(-1) as Key,
    message: fault.message,
  }));
  const mine = faults.filter(({ key }) => one(search, key));
  if (mine.length === 0) return null;
  const words = mine.every(({ key }) => key === "q");
  return (
    <EmptyState
      icon={SearchX}
      title={words ? "Not all of these words are understood" : "A filter can't be read"}
      action={mine.map(({ key }) => (
        <Button key={key} icon={RefreshCw} onClick={() => replace(changed(search, { [key]: null }))}>
          Drop {keyWords[key] ?? key}
        </Button>
      ))}
    >
      {mine.map(({ key, message }) => (
        <p key={key}>
          <code>
            {key}={one(search, key)}
          </code>
          : {message}
        </p>
      ))}
      {problem.hint && <p className="text-ink-3">{problem.hint}</p>}
    </EmptyState>
  );
}

/** Whether the server knows of no offer at all, rather than of none that fits. */
export function isEmptyMarket(head: Head): boolean {
  const known = head.providers.reduce((sum, provider) => sum + provider.offers, 0);
  return known === 0 && head.total === 0;
}
