/** A filter as a chip: dashed while nothing is chosen, filled with what was chosen, and a cross to let it go. */
import { ListFilter, X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "../lib/classes";

const looks = "inline-flex h-7 items-center gap-1.5 rounded border px-2 text-xs whitespace-nowrap";

type EmptyProps = ComponentProps<"button">;

export function EmptyChip({ children, className, ...button }: EmptyProps) {
  return (
    <button
      type="button"
      {...button}
      className={cx(looks, "border-dashed border-line-2 text-ink-2 hover:bg-hover hover:text-ink", className)}
    >
      <ListFilter aria-hidden className="size-3" />
      {children}
    </button>
  );
}

interface SetProps {
  title: string;
  words: string;
  onRemove: () => void;
  /** Opens the choice again; without it the words are no button. */
  trigger?: ReactNode;
}

export function SetChip({ title, words, onRemove, trigger }: SetProps) {
  return (
    <span className={cx(looks, "border-transparent bg-accent-soft pr-0.5 text-accent-ink")}>
      {trigger ?? <ChipWords title={title} words={words} />}
      <button
        type="button"
        aria-label={`Remove filter ${title}: ${words}`}
        onClick={onRemove}
        className="flex size-6 items-center justify-center rounded hover:bg-surface"
      >
        <X aria-hidden className="size-3" />
      </button>
    </span>
  );
}

export function ChipWords({ title, words }: { title: string; words: string }) {
  return (
    <>
      {title}
      {words && ": "}
      <span className="max-w-48 truncate font-medium">{words}</span>
    </>
  );
}
