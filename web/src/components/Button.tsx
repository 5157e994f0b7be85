/** Buttons in four weights; a busy one keeps its width and says so. */
import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { Link, type LinkProps } from "react-router";
import { cx } from "../lib/classes";
import { Tooltip } from "./Tooltip";

type Weight = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md";
type IconSize = "xs" | Size;

const weights: Record<Weight, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover border-transparent",
  secondary: "bg-surface text-ink hover:bg-hover border-line-2",
  ghost: "bg-transparent text-ink-2 hover:bg-hover hover:text-ink border-transparent",
  danger: "bg-danger-fill text-on-accent hover:brightness-110 border-transparent",
};
const sizes: Record<Size, string> = { sm: "h-7 px-2.5 gap-1.5 text-xs", md: "h-8 px-3 gap-1.5 text-sm" };

const iconSizes: Record<IconSize, string> = { xs: "size-6", sm: "size-7", md: "size-8" };

function looks(weight: Weight, size: Size, className?: string): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded border font-medium transition-colors select-none",
    "disabled:opacity-50 aria-disabled:opacity-50",
    weights[weight],
    sizes[size],
    className,
  );
}

interface Look {
  weight?: Weight | undefined;
  size?: Size | undefined;
  icon?: LucideIcon | undefined;
}

export type ButtonProps = ComponentProps<"button"> & Look & { busy?: boolean | undefined };

export function Button({
  weight = "secondary",
  size = "md",
  icon: Icon,
  busy = false,
  ...rest
}: ButtonProps) {
  const { className, children, disabled, ...button } = rest;
  return (
    <button
      type="button"
      {...button}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={looks(weight, size, className)}
    >
      {busy ? (
        <LoaderCircle aria-hidden className="size-3.5 animate-spin" />
      ) : (
        Icon && <Icon aria-hidden className="size-3.5" />
      )}
      {children}
    </button>
  );
}

export function ButtonLink({ weight = "secondary", size = "md", icon: Icon, ...rest }: LinkProps & Look) {
  const { className, children, ...link } = rest;
  return (
    <Link {...link} className={looks(weight, size, className)}>
      {Icon && <Icon aria-hidden className="size-3.5" />}
      {children}
    </Link>
  );
}

export type IconButtonProps = Omit<ComponentProps<"button">, "children" | "title"> & {
  label: string;
  icon: LucideIcon;
  size?: IconSize | undefined;
  /** Without a tooltip where the name is already beside it. */
  quiet?: boolean | undefined;
};

export function IconButton({ label, icon: Icon, size = "md", quiet = false, ...rest }: IconButtonProps) {
  const { className, ...button } = rest;
  const drawn = (
    <button
      type="button"
      {...button}
      aria-label={label}
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded text-ink-3 transition-colors hover:bg-hover hover:text-ink disabled:opacity-40",
        iconSizes[size],
        className,
      )}
    >
      <Icon aria-hidden className={size === "xs" ? "size-3.5" : "size-4"} />
    </button>
  );
  return quiet ? drawn : <Tooltip words={label}>{drawn}</Tooltip>;
}
