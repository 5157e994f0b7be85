/** A message that stays in the page: an icon, a bold line, a few words and perhaps one action. */
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../lib/classes";

export type Tone = "ok" | "warning" | "danger" | "info";

const tones: Record<Tone, { icon: LucideIcon; ink: string; ground: string }> = {
  ok: { icon: CircleCheck, ink: "text-ok", ground: "bg-ok-soft" },
  warning: { icon: TriangleAlert, ink: "text-warning", ground: "bg-warning-soft" },
  danger: { icon: CircleX, ink: "text-danger", ground: "bg-danger-soft" },
  info: { icon: Info, ink: "text-info", ground: "bg-info-soft" },
};

interface Props {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}

export function Alert({ tone, title, children, action }: Props) {
  const { icon: Icon, ink, ground } = tones[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cx("flex items-start gap-2.5 rounded px-3 py-2.5 text-sm", ground)}
    >
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", ink)} />
      <div className="min-w-0 flex-1">
        <p className={cx("font-medium", ink)}>{title}</p>
        <div className="text-ink [&>p]:mt-0.5">{children}</div>
      </div>
      {action}
    </div>
  );
}
