/** Whose something is to be: one's own, or that of a team. Draws nothing for whoever is in no team. */
import { SelectField } from "../../components/Select";
import { fleetApi } from "./api";

const own = { value: "own", label: "Your own" };

interface Props {
  /** Null is one's own. */
  teamId: string | null;
  onChange: (teamId: string | null) => void;
  name?: string;
  hint?: string;
}

export function Whose({ teamId, onChange, name, hint }: Props) {
  const { data: teams } = fleetApi.useListTeamsQuery({ limit: 100 });
  const options = [own, ...(teams?.items ?? []).map((team) => ({ value: team.id, label: team.name }))];
  if (options.length === 1) return null;
  return (
    <div className="max-w-60">
      <SelectField
        label="Whose"
        name={name}
        hint={hint}
        value={teamId ?? own.value}
        options={options}
        onChange={(value) => onChange(value === own.value ? null : value)}
      />
    </div>
  );
}
