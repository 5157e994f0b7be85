/** One to five stars: shown, with the number beside them for who can't see them, and chosen by pointer or arrow keys. */
import { Star } from "lucide-react";
import { useId, useState } from "react";
import { cx } from "../lib/classes";

const all = [1, 2, 3, 4, 5] as const;
const words = ["Unusable", "Bad", "Fair", "Good", "Excellent"] as const;

export function starWords(stars: number): string {
  return `${stars} ${stars === 1 ? "star" : "stars"}`;
}

export function Stars({ value, label }: { value: number; label?: string }) {
  return (
    <span
      role="img"
      aria-label={label ?? `${value.toFixed(1)} of 5 stars`}
      className="inline-flex gap-0.5 align-middle"
    >
      {all.map((star) => (
        <Star
          key={star}
          aria-hidden
          className={cx("size-3.5", star <= Math.round(value) ? "fill-current text-warning" : "text-line-2")}
        />
      ))}
    </span>
  );
}

interface Props {
  label: string;
  value: number | null;
  onChange: (stars: number) => void;
  disabled?: boolean;
}

export function StarPicker({ label, value, onChange, disabled = false }: Props) {
  const name = useId();
  const [pointed, point] = useState<number | null>(null);
  const lit = pointed ?? value ?? 0;
  return (
    <fieldset disabled={disabled} className="disabled:opacity-60">
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="flex items-center gap-3">
        <span className="-ml-1 inline-flex" onPointerLeave={() => point(null)}>
          {all.map((star) => (
            <label
              key={star}
              onPointerEnter={(event) => event.pointerType === "mouse" && point(star)}
              className="flex size-8 cursor-pointer items-center justify-center rounded has-focus-visible:outline-2 has-focus-visible:outline-accent-ink"
            >
              <input
                type="radio"
                name={name}
                value={star}
                checked={value === star}
                onChange={() => onChange(star)}
                aria-label={`${starWords(star)}, ${words[star - 1]?.toLowerCase()}`}
                className="sr-only"
              />
              <Star
                aria-hidden
                className={cx(
                  "size-5 transition-colors",
                  star <= lit ? "fill-current text-warning" : "text-ink-3",
                )}
              />
            </label>
          ))}
        </span>
        <span aria-hidden className="text-ink-2">
          {lit > 0 ? words[lit - 1] : "Choose one to five"}
        </span>
      </div>
    </fieldset>
  );
}
