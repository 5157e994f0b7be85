/** The GPU that a view of the arbitrage is about; it stands in the address. */
import { useFilters } from "../../../components/FilterBar";
import { Picker } from "../../../components/Select";
import type { Model } from "../../../lib/api/generated";
import { marketApi } from "../api";

/** The models there are, and the one that is asked for, else the one with most offers. */
export function useModel() {
  const { values, set } = useFilters(["model"]);
  const { data, isLoading } = marketApi.useListGpuModelsQuery();
  const models = data?.items ?? [];
  const asked = values.model;
  const most = [...models].sort((a, b) => b.available - a.available)[0]?.name;
  return { models, model: asked ?? most, choose: (model: string) => set("model", model), isLoading };
}

interface Props {
  models: readonly Model[];
  model: string | undefined;
  onChange: (model: string) => void;
}

export function ModelPicker({ models, model, onChange }: Props) {
  const names = models.map((each) => each.name);
  const all = model && !names.includes(model) ? [model, ...names] : names;
  return (
    <Picker
      label="GPU"
      value={model ?? ""}
      options={all.map((name) => ({ value: name, label: name }))}
      onChange={onChange}
      className="w-52"
    />
  );
}
