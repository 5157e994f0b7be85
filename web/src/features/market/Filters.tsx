/** The filters of the market as chips; each stands in the address under the API's name. */
import { Button } from "../../components/Button";
import { EmptyChip, SetChip } from "../../components/Chip";
import { FacetFilter } from "./FacetFilter";
import type { FacetKey } from "./facets";
import { RangeFilter } from "./RangeFilter";
import { cleared, filtersOf, flag, type Key, one, type Search } from "./search";
import type { SearchState } from "./useSearch";

const facets: readonly [FacetKey, string][] = [
  ["model", "GPU"],
  ["provider", "Provider"],
  ["country", "Country"],
];

interface Range {
  title: string;
  unit: string;
  bounds: readonly [Key, string][];
  hint?: string;
}

const ranges: readonly Range[] = [
  {
    title: "Price",
    unit: "$/h",
    bounds: [
      ["min_price", "From"],
      ["max_price", "To"],
    ],
    hint: "Of the whole machine; at spot, the spot price.",
  },
  {
    title: "GPUs",
    unit: "",
    bounds: [
      ["min_gpus", "From"],
      ["max_gpus", "To"],
    ],
  },
  {
    title: "Memory",
    unit: "GB",
    bounds: [
      ["min_vram", "From"],
      ["max_vram", "To"],
    ],
    hint: "Of one GPU.",
  },
];

const rarer: readonly Range[] = [
  { title: "Download", unit: "Mbit/s", bounds: [["min_inet_down", "At least"]] },
  { title: "CUDA", unit: "", bounds: [["cuda_min", "At least"]] },
  {
    title: "Claimed reliability",
    unit: "0 to 1",
    bounds: [["min_reliability", "At least"]],
    hint: "As the provider claims it.",
  },
  {
    title: "Job",
    unit: "",
    bounds: [
      ["disk_gb", "Disk, GB"],
      ["snapshot_gb", "Snapshot, GB"],
      ["hours", "Hours"],
    ],
    hint: "What the effective price is worked out for. It hides nothing.",
  },
];

const flags: readonly [Key, string][] = [
  ["spot", "Spot"],
  ["verified", "Verified"],
];

interface Props {
  state: SearchState;
  /** Only what is set, what is used every day, or everything. */
  show: "set" | "usual" | "all";
}

export function Filters({ state, show }: Props) {
  const { search, wanted, change, replace } = state;
  const exact = one(search, "gpu_count");
  const isSet = (range: Range) => range.bounds.some(([key]) => search[key]);
  const drawn = [
    ...ranges.filter((range) => show !== "set" || isSet(range)),
    ...rarer.filter((range) => show === "all" || isSet(range)),
  ];
  return (
    <>
      {facets
        .filter(([key]) => show !== "set" || search[key])
        .map(([key, title]) => (
          <FacetFilter
            key={key}
            title={title}
            of={key}
            search={wanted}
            chosen={search[key] ?? []}
            onChange={(chosen) => change({ [key]: chosen })}
          />
        ))}
      {(search.region ?? []).length > 0 && (
        <SetChip
          title="Region"
          words={(search.region ?? []).join(", ")}
          onRemove={() => change({ region: null })}
        />
      )}
      {exact && (
        <SetChip title="GPUs" words={`exactly ${exact}`} onRemove={() => change({ gpu_count: null })} />
      )}
      {drawn.map((range) => (
        <RangeFilter
          key={range.title}
          title={range.title}
          unit={range.unit}
          bounds={range.bounds.map(([name, label]) => ({ name, label, value: one(search, name) }))}
          words={rangeWords(range, search)}
          {...(range.hint ? { hint: range.hint } : {})}
          onChange={(values) => change(values)}
        />
      ))}
      {flags
        .filter(([key]) => show !== "set" || flag(search, key))
        .map(([key, title]) =>
          flag(search, key) ? (
            <SetChip key={key} title={title} words="only" onRemove={() => change({ [key]: null })} />
          ) : (
            <EmptyChip key={key} onClick={() => change({ [key]: "true" })}>
              {title}
            </EmptyChip>
          ),
        )}
      {one(search, "min_score") && (
        <SetChip
          title="Score"
          words={`at least ${one(search, "min_score")}`}
          onRemove={() => change({ min_score: null })}
        />
      )}
      {one(search, "available_only") === "false" && (
        <SetChip title="Gone offers" words="shown too" onRemove={() => change({ available_only: null })} />
      )}
      {filtersOf(search).length > 0 && (
        <Button weight="ghost" size="sm" onClick={() => replace(cleared(search))}>
          Clear all
        </Button>
      )}
    </>
  );
}

function rangeWords({ unit, bounds }: Range, search: Search): string {
  const values = bounds
    .map(([key, label]) => [label, one(search, key)] as const)
    .filter(([, value]) => value);
  const [first, second] = bounds;
  if (bounds.length === 2 && values.length === 2 && first && second)
    return `${one(search, first[0])} to ${one(search, second[0])} ${unit}`.trim();
  return values.map(([label, value]) => `${label.toLowerCase()} ${value}`).join(", ") + (unit && ` ${unit}`);
}
