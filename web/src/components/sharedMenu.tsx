/** One menu for all rows of a table: it opens at the button that was pressed, so that a row costs no menu of its own. */
import { DropdownMenu as Radix } from "radix-ui";
import { type MouseEvent, type ReactNode, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { rowAt } from "./DataRow";
import { useLayer } from "./layer";
import { MenuContent } from "./Menu";

interface Open {
  at: number;
  button: HTMLElement;
}

export function useSharedMenu(itemsOf: (at: number) => ReactNode, nameOf: (at: number) => string) {
  const [open, setOpen] = useState<Open | null>(null);
  const leftByPointer = useRef(false);
  const close = () => {
    open?.button.setAttribute("aria-expanded", "false");
    setOpen(null);
  };
  const press = (event: MouseEvent): boolean => {
    const button = (event.target as Element).closest<HTMLElement>("[data-menu]");
    const at = rowAt(button);
    if (!button || at === null) return false;
    if (open?.button === button) close();
    else {
      button.setAttribute("aria-expanded", "true");
      leftByPointer.current = false;
      setOpen({ at, button });
    }
    return true;
  };
  const menu = (
    <Radix.Root modal={false} open={open !== null} onOpenChange={(next) => !next && close()}>
      {open && (
        <>
          <Radix.Trigger asChild>
            <Place of={open.button} name={`Actions for ${nameOf(open.at)}`} />
          </Radix.Trigger>
          <MenuContent
            onCloseAutoFocus={(event) => {
              event.preventDefault();
              // A menu item may have opened something that has the focus now.
              if (!leftByPointer.current && document.activeElement === document.body) open.button.focus();
            }}
            onInteractOutside={(event) => {
              leftByPointer.current = true;
              if (open.button.contains(event.target as Node)) event.preventDefault();
            }}
          >
            {itemsOf(open.at)}
          </MenuContent>
        </>
      )}
    </Radix.Root>
  );
  return { press, menu };
}

/** Lies over the button that was pressed, for the menu to be placed by. */
function Place({ of, name, ...trigger }: { of: HTMLElement; name: string }) {
  const layer = useLayer();
  const { top, left, width, height } = of.getBoundingClientRect();
  return createPortal(
    <span
      {...trigger}
      aria-hidden
      className="pointer-events-none fixed overflow-hidden opacity-0"
      style={{ top, left, width, height }}
    >
      {name}
    </span>,
    layer ?? document.body,
  );
}
