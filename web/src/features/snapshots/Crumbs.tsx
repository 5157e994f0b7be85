/** The folders above the one that is shown, each a way back; of many the middle ones are in a menu. */
import { ChevronRight, HardDrive } from "lucide-react";
import { Menu, MenuItem } from "../../components/Menu";

interface Props {
  /** What the tree is called. */
  root: string;
  path: string;
  onGo: (path: string) => void;
}

const MOST = 4;
const LAST = 2;
const looks = "inline-flex h-6 items-center rounded px-1 hover:bg-hover";

export function Crumbs({ root, path, onGo }: Props) {
  const parts = path ? path.split("/") : [];
  const hidden = parts.length > MOST ? parts.length - LAST : 0;
  const to = (at: number) => parts.slice(0, at + 1).join("/");
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
      {hidden > 0 && (
        <span className="inline-flex items-center gap-0.5">
          <Behind />
          <Menu
            align="start"
            trigger={
              <button
                type="button"
                aria-label={`${hidden} folders between`}
                className={`${looks} text-ink-2`}
              >
                …
              </button>
            }
          >
            {parts.slice(0, hidden).map((part, at) => (
              <MenuItem key={to(at)} onSelect={() => onGo(to(at))}>
                {part}
              </MenuItem>
            ))}
          </Menu>
        </span>
      )}
      {parts.slice(hidden).map((part, place) => {
        const at = hidden + place;
        const last = at === parts.length - 1;
        return (
          <span key={to(at)} className="inline-flex min-w-0 items-center gap-0.5">
            <Behind />
            <button
              type="button"
              aria-current={last ? "location" : undefined}
              onClick={() => onGo(to(at))}
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

function Behind() {
  return <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-3" />;
}
