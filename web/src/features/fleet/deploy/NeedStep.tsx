/** What the work needs: a GPU by one click, or a line of words as in the market; the rest is optional. */
import { Cpu } from "lucide-react";
import { Asked } from "../../../components/Asked";
import { TextField } from "../../../components/fields";
import { SkeletonLines } from "../../../components/Skeleton";
import { Checkbox } from "../../../components/toggles";
import type { LaunchPlan } from "../../../lib/api/generated";
import { cx } from "../../../lib/classes";
import { count } from "../../../lib/numbers";
import { DeadlineFields } from "./DeadlineFields";
import { useGpuFacets } from "./gpus";
import { Places } from "./Places";
import type { Need } from "./wish";

/** With the one for no GPU, whole rows of two and of five. */
const SHOWN = 14;

interface Props {
  need: Need;
  course: LaunchPlan["course"];
  error: unknown;
  onChange: (change: Partial<Need>) => void;
}

export function NeedStep({ need, course, error, onChange }: Props) {
  const answer = useGpuFacets();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <TextField
        label="In words"
        value={need.q}
        optional
        placeholder="4090 x2 <0.5 EU"
        spellCheck={false}
        hint="As in the market: models, counts, prices, places."
        onChange={(event) => onChange({ q: event.target.value })}
      />
      <section aria-label="GPUs">
        <h2 className="mb-2 font-medium">GPU</h2>
        <Asked of={answer} loading={<SkeletonLines what="GPUs" lines={4} />}>
          {(facets) => (
            <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-5">
              {facets.models.slice(0, SHOWN).map((facet) => (
                <li key={facet.value}>
                  <Model
                    name={facet.value}
                    note={`${count(facet.offers)} offers`}
                    chosen={need.models.includes(facet.value)}
                    onChoose={() => {
                      const gpus = need.count === "0" ? "" : need.count;
                      onChange({ models: [facet.value], count: gpus, offer: null });
                    }}
                  />
                </li>
              ))}
              <li>
                <Model
                  name="No GPU"
                  note="processors alone"
                  chosen={need.count === "0"}
                  onChoose={() => onChange({ models: [], count: "0", offer: null })}
                />
              </li>
            </ul>
          )}
        </Asked>
      </section>
      <div className="grid grid-cols-2 items-end gap-4 lg:grid-cols-3">
        <TextField
          label="GPUs"
          optional
          inputMode="numeric"
          value={need.count}
          placeholder="any number"
          onChange={(event) => onChange({ count: event.target.value })}
        />
        <TextField
          label="Memory of each, GB"
          optional
          inputMode="numeric"
          value={need.vram}
          placeholder="at least"
          onChange={(event) => onChange({ vram: event.target.value })}
        />
        <TextField
          label="Dollars an hour"
          optional
          inputMode="decimal"
          value={need.price}
          placeholder="at most"
          onChange={(event) => onChange({ price: event.target.value })}
        />
      </div>
      <Checkbox
        label="Spot machines, too"
        hint="Cheaper, and may be taken away: the work is saved and goes on elsewhere."
        checked={need.spot}
        onChange={(spot) => onChange({ spot })}
      />
      {need.spot && <DeadlineFields need={need} course={course} error={error} onChange={onChange} />}
      <Places need={need} onChange={onChange} />
    </div>
  );
}

interface ModelProps {
  name: string;
  note: string;
  chosen: boolean;
  onChoose: () => void;
}

function Model({ name, note, chosen, onChoose }: ModelProps) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className={cx(
        "flex w-full items-center gap-2 rounded border px-3 py-2 text-left hover:bg-hover",
        chosen ? "border-accent bg-accent-soft" : "border-line",
      )}
    >
      <Cpu aria-hidden className="size-4 shrink-0 text-ink-3" />
      <span className="min-w-0">
        <span className="block truncate font-medium">{name}</span>
        <span className="figures block text-xs text-ink-3">{note}</span>
      </span>
    </button>
  );
}
