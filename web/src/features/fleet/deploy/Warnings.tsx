/** What stands against a launch, or should be known before it. */
import { Alert } from "../../../components/Alert";
import type { LaunchPlan } from "../../../lib/api/generated";

export function Warnings({ warnings }: Pick<LaunchPlan, "warnings">) {
  if (warnings.length === 0) return null;
  return (
    <Alert
      tone="warning"
      title={warnings.length === 1 ? "Worth knowing" : `${warnings.length} things worth knowing`}
    >
      <ul className="grid gap-1">
        {warnings.map((warning) => (
          <li key={warning.code}>
            {warning.message} {warning.hint && <span className="text-ink-2">{warning.hint}</span>}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
