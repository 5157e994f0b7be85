/** A menu of actions behind a button: of a row, of the account, of a table's columns. */
import { Check, Ellipsis, type LucideIcon } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "../lib/classes";
import { IconButton } from "./Button";
import { useLayer } from "./layer";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  className?: string;
}

export function Menu({ trigger, children, align = "end", side = "bottom", className }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <MenuContent align={align} side={side} className={className}>
        {children}
      </MenuContent>
    </Radix.Root>
  );
}

/** What opens, wherever it is opened from. */
export function MenuContent({ className, align = "end", ...rest }: ComponentProps<typeof Radix.Content>) {
  const layer = useLayer();
  return (
    <Radix.Portal container={layer}>
      <Radix.Content
        align={align}
        sideOffset={4}
        collisionPadding={8}
        {...rest}
        className={cx(
          "thin-scroll z-50 max-h-[70dvh] min-w-44 animate-rise overflow-y-auto rounded bg-raised p-1 shadow-raised",
          className,
        )}
      />
    </Radix.Portal>
  );
}

const itemLooks =
  "flex h-8 items-center gap-2.5 rounded px-2 text-sm outline-none select-none data-highlighted:bg-hover data-disabled:opacity-45";

interface ItemProps {
  children: ReactNode;
  icon?: LucideIcon;
  onSelect?: () => void;
  danger?: boolean;
  disabled?: boolean | undefined;
  keys?: string;
}

export function MenuItem({ children, icon: Icon, onSelect, danger, disabled, keys }: ItemProps) {
  return (
    <Radix.Item
      disabled={disabled ?? false}
      onSelect={onSelect}
      className={cx(itemLooks, danger ? "text-danger" : "text-ink")}
    >
      {Icon && <Icon aria-hidden className={cx("size-4", !danger && "text-ink-3")} />}
      <span className="flex-1">{children}</span>
      {keys && <kbd className="text-xs text-ink-3">{keys}</kbd>}
    </Radix.Item>
  );
}

interface CheckItemProps {
  children: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** Stays open, so that several can be set one after the other. */
export function MenuCheckItem({ children, checked, onChange, disabled }: CheckItemProps) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      disabled={disabled ?? false}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
      className={cx(itemLooks, "pl-8 relative")}
    >
      <Radix.ItemIndicator className="absolute left-2">
        <Check aria-hidden className="size-4 text-accent-ink" />
      </Radix.ItemIndicator>
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-xs text-ink-3">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}

/** The menu at the end of a row, named after what the row is. */
export function RowMenu({ of, children }: { of: string; children: ReactNode }) {
  return (
    <Menu trigger={<IconButton label={`Actions for ${of}`} icon={Ellipsis} size="sm" quiet />}>
      {children}
    </Menu>
  );
}
