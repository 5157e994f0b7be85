/** The steps of the wizard: where one is, what was said in each, and the way back. */
import { Check } from "lucide-react";
import { cx } from "../../../lib/classes";

export const steps = ["need", "machines", "options", "cost"] as const;
export type Step = (typeof steps)[number];

const titles: Record<Step, string> = {
  need: "Need",
  machines: "Machines",
  options: "Options",
  cost: "Cost",
};

interface Props {
  now: Step;
  said: Record<Step, string>;
  onGo: (step: Step) => void;
  /** How far one may go from here. */
  open: (step: Step) => boolean;
}

export function Steps({ now, said, onGo, open }: Props) {
  const at = steps.indexOf(now);
  return (
    <nav aria-label="Steps">
      <ol className="grid grid-cols-4 gap-px overflow-hidden rounded border border-line bg-line">
        {steps.map((step, index) => {
          const over = index < at;
          return (
            <li key={step} className="bg-surface">
              <button
                type="button"
                disabled={!open(step)}
                aria-current={step === now ? "step" : undefined}
                onClick={() => onGo(step)}
                className={cx(
                  "flex h-full w-full flex-col items-start gap-0.5 px-3 py-2 text-left enabled:hover:bg-hover",
                  "outline-offset-[-2px] disabled:text-ink-3",
                  step === now && "bg-accent-soft",
                )}
              >
                <span
                  className={cx(
                    "inline-flex items-center gap-1.5 text-xs sm:text-sm",
                    step === now ? "font-semibold text-accent-ink" : "font-medium",
                  )}
                >
                  {over ? (
                    <Check aria-hidden className="size-3.5 text-ok" />
                  ) : (
                    <span aria-hidden className="figures text-ink-3">
                      {index + 1}
                    </span>
                  )}
                  {titles[step]}
                </span>
                <span className="hidden w-full truncate text-xs text-ink-3 sm:block">{said[step]}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
