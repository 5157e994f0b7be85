/** Yes or no: a checkbox for a choice that is sent, a switch for one that acts at once. */
import { Check, Minus } from "lucide-react";
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from "radix-ui";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "../lib/classes";

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean | "indeterminate";
  onChange: (checked: boolean) => void;
  disabled?: boolean | undefined;
}

export function Checkbox({ label, hint, checked, onChange, disabled }: Props) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <Tick
        id={id}
        checked={checked}
        disabled={disabled ?? false}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onCheckedChange={(next) => onChange(next === true)}
        className="mt-0.5"
      />
      <ToggleWords id={id} label={label} hint={hint} />
    </div>
  );
}

/** The box alone, where its name is not beside it: in a row of a table. */
export function Tick({ className, ...box }: ComponentProps<typeof RadixCheckbox.Root>) {
  return (
    <RadixCheckbox.Root
      {...box}
      className={cx(
        "flex size-4 shrink-0 items-center justify-center rounded-[4px] border border-ink-3 bg-surface disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent",
        className,
      )}
    >
      <RadixCheckbox.Indicator>
        {box.checked === "indeterminate" ? (
          <Minus aria-hidden className="size-3 text-on-accent" strokeWidth={3} />
        ) : (
          <Check aria-hidden className="size-3 text-on-accent" strokeWidth={3} />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
}

export function Switch({ label, hint, checked, onChange, disabled }: Props) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <ToggleWords id={id} label={label} hint={hint} />
      <RadixSwitch.Root
        id={id}
        checked={checked === true}
        disabled={disabled ?? false}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onCheckedChange={onChange}
        className="relative mt-0.5 h-4.5 w-8 shrink-0 rounded-full bg-ink-3 transition-colors disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-3.5 translate-x-0.5 rounded-full bg-on-accent transition-transform data-[state=checked]:translate-x-4" />
      </RadixSwitch.Root>
    </div>
  );
}

function ToggleWords({ id, label, hint }: { id: string; label: ReactNode; hint: ReactNode }) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="text-ink">
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-3">
          {hint}
        </p>
      )}
    </div>
  );
}
