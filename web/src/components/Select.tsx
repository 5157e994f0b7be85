/** A choice of one out of few, by Radix, with the same look as a text field. */
import { getNonce } from "get-nonce";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "../lib/classes";
import { controlLooks, Field } from "./fields";
import { useLayer } from "./layer";

export interface Option<Value extends string = string> {
  value: Value;
  label: string;
  detail?: string;
}

interface PickerProps<Value extends string> {
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  disabled?: boolean | undefined;
  className?: string;
  label?: string;
  wiring?: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };
}

export function Picker<Value extends string>(props: PickerProps<Value>) {
  const { value, options, onChange, disabled, className, label, wiring } = props;
  const layer = useLayer();
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)} disabled={disabled ?? false}>
      <Radix.Trigger
        {...wiring}
        aria-label={label}
        className={cx(
          controlLooks,
          "inline-flex items-center justify-between gap-2 text-left",
          className ?? "w-full",
        )}
      >
        <span className="truncate">
          <Radix.Value />
        </span>
        <Radix.Icon>
          <ChevronDown aria-hidden className="size-3.5 text-ink-3" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-80 min-w-(--radix-select-trigger-width) animate-rise overflow-hidden rounded bg-raised shadow-raised"
        >
          <Radix.Viewport nonce={getNonce()} className="p-1">
            {options.map((option) => (
              <SelectItem key={option.value} {...option} />
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function SelectItem({ value, label, detail }: Option) {
  return (
    <Radix.Item
      value={value}
      className="relative flex items-start gap-2 rounded py-1.5 pr-3 pl-7 text-sm outline-none data-highlighted:bg-hover"
    >
      <Radix.ItemIndicator className="absolute top-2 left-2">
        <Check aria-hidden className="size-3.5 text-accent-ink" />
      </Radix.ItemIndicator>
      <span>
        <Radix.ItemText>{label}</Radix.ItemText>
        {detail && <span className="block text-xs text-ink-3">{detail}</span>}
      </span>
    </Radix.Item>
  );
}

interface Props<Value extends string> extends Omit<PickerProps<Value>, "wiring" | "label"> {
  label: string;
  name?: string;
  hint?: ReactNode;
}

export function SelectField<Value extends string>({ label, name, hint, ...picker }: Props<Value>) {
  return (
    <Field label={label} name={name} hint={hint}>
      {(wiring) => <Picker {...picker} wiring={wiring} />}
    </Field>
  );
}
