/** The two fields of work with a deadline: by when it must be done, and how long it takes. */
import { TextField } from "../../components/fields";

export interface Said {
  /** As the browser's own field has it, in the time of this computer. */
  deadline: string;
  hours: string;
}

interface Props {
  said: Said;
  optional?: boolean;
  /** What is wrong with them, where no form says it. */
  faults?: Record<string, string | undefined>;
  onChange: (change: Partial<Said>) => void;
}

export function DeadlineInputs({ said, optional, faults = {}, onChange }: Props) {
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(13rem,1fr))] items-start gap-4">
      <TextField
        label="Done by"
        name="deadline"
        optional={optional}
        type="datetime-local"
        value={said.deadline}
        fault={faults.deadline}
        hint="In the time of this computer."
        onChange={(event) => onChange({ deadline: event.target.value })}
      />
      <TextField
        label="Hours of work"
        name="work_hours"
        optional={optional}
        inputMode="decimal"
        value={said.hours}
        placeholder="20"
        fault={faults.work_hours}
        hint="All of it, on such a machine, undisturbed."
        onChange={(event) => onChange({ hours: event.target.value })}
      />
    </div>
  );
}
