/** A figure that opens to what it is made of: on hover, on focus and by a press; costs one button until then. */
import { Popover } from "radix-ui";
import { type ReactNode, type RefObject, useContext, useEffect, useId, useRef, useState } from "react";
import { cx } from "../lib/classes";
import { CurrentRowContext } from "./currentRow";
import { useLayer } from "./layer";

interface Props {
  /** What the button is called; the figure is within it. */
  label: string;
  /** Drawn when it opens. */
  content: () => ReactNode;
  children: ReactNode;
  className?: string;
  side?: "top" | "right" | "bottom" | "left";
}

export const HOVER_MS = 180;

export function Peek({ label, content, children, className, side = "bottom" }: Props) {
  const [open, setOpen] = useState(false);
  const current = useContext(CurrentRowContext);
  const button = useRef<HTMLButtonElement>(null);
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  useEffect(() => () => clearTimeout(wait.current), []);
  const later = (next: boolean) => {
    clearTimeout(wait.current);
    wait.current = setTimeout(() => setOpen(next), HOVER_MS);
  };
  const now = (next: boolean) => {
    clearTimeout(wait.current);
    setOpen(next);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        tabIndex={current ? 0 : -1}
        aria-label={label}
        aria-describedby={open ? id : undefined}
        onPointerEnter={(event) => event.pointerType === "mouse" && later(true)}
        onPointerLeave={(event) => event.pointerType === "mouse" && later(false)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && now(true)}
        onBlur={() => now(false)}
        onClick={({ nativeEvent }) =>
          now(!open || ("pointerType" in nativeEvent && nativeEvent.pointerType === "mouse"))
        }
        onKeyDown={(event) => event.key === "Escape" && open && now(false)}
        className={cx("-mx-1 rounded px-1 text-left hover:bg-sunken", className)}
      >
        {children}
      </button>
      {open && (
        <PeekPanel
          {...{ id, button, side }}
          onKeep={() => clearTimeout(wait.current)}
          onLeave={() => later(false)}
          onClose={() => now(false)}
        >
          {content()}
        </PeekPanel>
      )}
    </>
  );
}

interface PanelProps {
  id: string;
  button: RefObject<HTMLButtonElement | null>;
  side: NonNullable<Props["side"]>;
  onKeep: () => void;
  onLeave: () => void;
  onClose: () => void;
  children: ReactNode;
}

const stay = (event: Event) => event.preventDefault();

export function PeekPanel({ id, button, side, onKeep, onLeave, onClose, children }: PanelProps) {
  const layer = useLayer();
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={button as RefObject<HTMLButtonElement>} />
      <Popover.Portal container={layer}>
        <Popover.Content
          id={id}
          role="tooltip"
          side={side}
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={stay}
          onCloseAutoFocus={stay}
          onPointerEnter={onKeep}
          onPointerLeave={onLeave}
          onInteractOutside={(event) => {
            if (button.current?.contains(event.target as Node)) event.preventDefault();
          }}
          className="z-50 w-72 max-w-[calc(100vw-16px)] animate-fade rounded bg-raised p-3.5 text-left text-xs whitespace-normal shadow-raised"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
