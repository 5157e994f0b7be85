/** Form fields: a label, a control, and below it either a hint or what is wrong with it, tied together for screen readers. */
import { Eye, EyeOff, TriangleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useContext, useId, useState } from "react";
import { cx } from "../lib/classes";
import { FormFaultsContext } from "./formFaults";

export const controlLooks =
  "h-8 rounded border border-line-2 bg-surface px-2.5 text-sm text-ink transition-colors hover:border-ink-3 " +
  "focus-visible:border-accent-ink focus-visible:outline-1 focus-visible:outline-offset-0 " +
  "aria-invalid:border-danger disabled:bg-sunken disabled:text-ink-3";

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  label: string;
  /** The field's name in the server's errors. */
  name?: string | undefined;
  hint?: ReactNode;
  /** A message of the form's own; the server's come by the name. */
  fault?: string | undefined;
  optional?: boolean | undefined;
  aside?: ReactNode;
  children: (wiring: Wiring) => ReactNode;
}

export function Field({ label, name, hint, fault, optional, aside, children }: FieldProps) {
  const id = useId();
  const faults = useContext(FormFaultsContext);
  const message = fault ?? (name ? faults[name] : undefined);
  const below = message || hint ? `${id}-below` : undefined;
  return (
    <div className="grid gap-1.5">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="font-medium text-ink">
          {label}
          {optional && <span className="ml-1.5 font-normal text-ink-3">optional</span>}
        </label>
        {aside}
      </div>
      {children({ id, "aria-describedby": below, "aria-invalid": message ? true : undefined })}
      {message ? <Fault id={below} message={message} /> : hint && <Hint id={below}>{hint}</Hint>}
    </div>
  );
}

function Fault({ id, message }: { id: string | undefined; message: string }) {
  return (
    <p id={id} className="flex items-start gap-1.5 text-xs text-danger">
      <TriangleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
      {message}
    </p>
  );
}

function Hint({ id, children }: { id: string | undefined; children: ReactNode }) {
  return (
    <p id={id} className="text-xs text-ink-3">
      {children}
    </p>
  );
}

type InputProps = Omit<ComponentProps<"input">, "id" | "size"> & Omit<FieldProps, "children">;

export function TextField({ label, name, hint, fault, optional, aside, className, ...input }: InputProps) {
  return (
    <Field {...{ label, name, hint, fault, optional, aside }}>
      {(wiring) => (
        <input
          type="text"
          name={name}
          {...input}
          {...wiring}
          className={cx(controlLooks, "w-full", className)}
        />
      )}
    </Field>
  );
}

export function PasswordField({
  label,
  name,
  hint,
  fault,
  optional,
  aside,
  className,
  ...input
}: InputProps) {
  const [shown, show] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field {...{ label, name, hint, fault, optional, aside }}>
      {(wiring) => (
        <div className="relative">
          <input
            name={name}
            {...input}
            {...wiring}
            type={shown ? "text" : "password"}
            spellCheck={false}
            autoCapitalize="off"
            className={cx(controlLooks, "w-full pr-9", className)}
          />
          <button
            type="button"
            aria-label={shown ? "Hide what is typed" : "Show what is typed"}
            onClick={() => show(!shown)}
            className="absolute inset-y-0 right-0 flex w-8 items-center justify-center rounded text-ink-3 hover:text-ink"
          >
            <Icon aria-hidden className="size-4" />
          </button>
        </div>
      )}
    </Field>
  );
}
