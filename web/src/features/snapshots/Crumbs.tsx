/** The folders above the one that is shown, each a way back. */
import { ChevronRight, HardDrive } from "lucide-react";

interface Props {
  /** What the tree is called. */
  root: string;
  path: string;
  onGo: (path: string) => void;
}

const looks = "inline-flex h-6 items-center rounded px-1 hover:bg-hover";

export function Crumbs({ root, path, onGo }: Props) {
  const parts = path ? path.split("/") : [];
  return (
    <nav aria-label="Folders" className="flex min-w-0 flex-wrap items-center gap-0.5">
      <button
        type="button"
        aria-current={parts.length === 0 ? "location" : undefined}
        onClick={() => onGo("")}
        className={`${looks} min-w-0 gap-1.5 ${parts.length === 0 ? "font-medium" : "text-ink-2"}`}
      >
        <HardDrive aria-hidden className="size-4 shrink-0 text-ink-3" />
        <span className="truncate">{root}</span>
      </button>
      {parts.map((part, at) => {
        const to = parts.slice(0, at + 1).join("/");
        const last = at === parts.length - 1;
        return (
          <span key={to} className="inline-flex min-w-0 items-center gap-0.5">
            <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-3" />
            <button
              type="button"
              aria-current={last ? "location" : undefined}
              onClick={() => onGo(to)}
              className={`${looks} min-w-0 ${last ? "font-medium" : "text-ink-2"}`}
            >
              <span className="max-w-64 truncate">{part}</span>
            </button>
          </span>
        );
      })}
    </nav>
  );
}
