/** A few words about a control, on hover and on focus. */
import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useLayer } from "./layer";

export const TooltipProvider = Radix.Provider;

interface Props {
  words: ReactNode;
  children: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
}

export function Tooltip({ words, children, side = "bottom" }: Props) {
  const layer = useLayer();
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 animate-fade rounded bg-ink px-2 py-1 text-xs text-surface"
        >
          {words}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
