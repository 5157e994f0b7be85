/** A chip that opens to a lowest and a highest value. */
import { Popover } from "radix-ui";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/Button";
import { ChipWords, EmptyChip, SetChip } from "../../components/Chip";
import { TextField } from "../../components/fields";
import { useLayer } from "../../components/layer";

export interface Bound {
  name: string;
  label: string;
  value: string | undefined;
}

interface Props {
  title: string;
  unit: string;
  bounds: readonly Bound[];
  words: string;
  hint?: string;
  onChange: (values: Record<string, string>) => void;
}

export function RangeFilter({ title, unit, bounds, words, hint, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const layer = useLayer();
  const set = bounds.some((bound) => bound.value);
  const clear = () => onChange(Object.fromEntries(bounds.map((bound) => [bound.name, ""])));
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onChange(Object.fromEntries(bounds.map(({ name }) => [name, String(form.get(name) ?? "").trim()])));
    setOpen(false);
  };
  const trigger = set ? (
    <Popover.Trigger className="inline-flex h-6 items-center gap-1 rounded">
      <ChipWords title={title} words={words} />
    </Popover.Trigger>
  ) : (
    <Popover.Trigger asChild>
      <EmptyChip>{title}</EmptyChip>
    </Popover.Trigger>
  );
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      {set ? <SetChip title={title} words={words} trigger={trigger} onRemove={clear} /> : trigger}
      <Popover.Portal container={layer}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Filter by ${title.toLowerCase()}`}
          className="z-50 w-72 animate-rise rounded bg-raised p-3 shadow-raised"
        >
          <form onSubmit={apply} className="grid gap-3">
            <div className="grid grid-cols-2 gap-3">
              {bounds.map(({ name, label, value }) => (
                <TextField
                  key={name}
                  name={name}
                  type="number"
                  inputMode="decimal"
                  min={0}
                  step="any"
                  label={label}
                  aside={<span className="text-xs text-ink-3">{unit}</span>}
                  defaultValue={value ?? ""}
                />
              ))}
            </div>
            {hint && <p className="text-xs text-ink-3">{hint}</p>}
            <div className="flex justify-end gap-2">
              <Button type="submit" weight="primary" size="sm">
                Apply
              </Button>
            </div>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
