/** A number chosen on a scale, with its value beside it; what follows from it is told when it is let go. */
import { Slider as Radix } from "radix-ui";
import { useEffect, useState } from "react";

interface Props {
  label: string;
  value: number;
  min?: number;
  max?: number;
  step?: number;
  unit?: string;
  disabled?: boolean;
  onChange: (value: number) => void;
}

export function Slider({ label, value, min = 0, max = 100, step = 1, unit = "", disabled, onChange }: Props) {
  const [shown, setShown] = useState(value);
  useEffect(() => {
    setShown(value);
  }, [value]);
  return (
    <div className="grid gap-2">
      <p className="flex items-baseline justify-between gap-3">
        <span>{label}</span>
        <span className="figures font-medium">
          {shown}
          {unit && <span className="text-xs font-normal text-ink-3"> {unit}</span>}
        </span>
      </p>
      <Radix.Root
        value={[shown]}
        {...{ min, max, step }}
        disabled={disabled ?? false}
        onValueChange={([next]) => setShown(next ?? value)}
        onValueCommit={([next]) => onChange(next ?? value)}
        className="relative flex h-5 touch-none items-center select-none data-disabled:opacity-50"
      >
        <Radix.Track className="relative h-1 flex-1 rounded-full bg-line-2">
          <Radix.Range className="absolute h-full rounded-full bg-accent" />
        </Radix.Track>
        <Radix.Thumb
          aria-label={label}
          className="block size-4 rounded-full border-2 border-accent bg-surface shadow-raised outline-offset-2"
        />
      </Radix.Root>
    </div>
  );
}
