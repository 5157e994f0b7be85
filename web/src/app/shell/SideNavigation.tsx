/** The navigation in full: every area in its group; what is not built yet is drawn so and leads to a page that says so. */
import { ChevronRight, CircleDashed, Search } from "lucide-react";
import { NavLink, useLocation } from "react-router";
import { Wordmark } from "../../components/Mark";
import { Tooltip } from "../../components/Tooltip";
import { cx } from "../../lib/classes";
import { isMac } from "../../lib/hotkeys";
import { plural } from "../../lib/numbers";
import { useRemembered } from "../../lib/remembered";
import { useSession } from "../../lib/session/session";
import { groupOf, homePlace, type Place, type PlaceGroup, placeOf } from "../navigation";
import { AccountMenu } from "./AccountMenu";
import { useGroups } from "./useGroups";

interface Props {
  inSheet?: boolean;
  onSearch: () => void;
}

export function SideNavigation({ inSheet = false, onSearch }: Props) {
  const shown = useGroups();
  const { pathname } = useLocation();
  const [open, setOpen] = useRemembered<Record<string, boolean>>("navigation.open", {});
  const current = groupOf(placeOf(pathname))?.title;
  const signedOut = useSession() === "signed-out";
  // Groups of which nothing is built stay folded, except for a visitor, who wants to see what there will be.
  const isOpen = (group: PlaceGroup) =>
    signedOut || group.title === current || group.places.some((place) => place.ready);
  return (
    <nav
      aria-label="Areas"
      className={cx(
        "flex min-h-0 flex-col bg-canvas",
        inSheet ? "h-full" : "w-58 shrink-0 border-r border-line",
      )}
    >
      <div className="flex h-12 shrink-0 items-center px-4">
        <NavLink to="/" className="-mx-1 rounded px-1" aria-label="Dumont Cloud, home">
          <Wordmark />
        </NavLink>
      </div>
      {!inSheet && <SearchButton onSearch={onSearch} />}
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto px-2 pt-1 pb-4">
        <ul>
          <NavItem place={homePlace} />
        </ul>
        {shown.map((group) => (
          <NavGroup
            key={group.title}
            group={group}
            open={open[group.title] ?? isOpen(group)}
            onToggle={(next) => setOpen({ ...open, [group.title]: next })}
          />
        ))}
      </div>
      <div className="shrink-0 border-t border-line p-2">
        <AccountMenu />
      </div>
    </nav>
  );
}

function SearchButton({ onSearch }: { onSearch: () => void }) {
  return (
    <div className="px-3 pb-2">
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 w-full items-center gap-2 rounded border border-line bg-surface px-2.5 text-ink-3 hover:border-line-2 hover:text-ink-2"
      >
        <Search aria-hidden className="size-4" />
        Find anything
        <kbd className="ml-auto text-xs">{isMac ? "⌘K" : "Ctrl K"}</kbd>
      </button>
    </div>
  );
}

interface GroupProps {
  group: PlaceGroup;
  open: boolean;
  onToggle: (open: boolean) => void;
}

function NavGroup({ group, open, onToggle }: GroupProps) {
  const planned = group.places.filter((place) => !place.ready).length;
  return (
    <div className="mt-3">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(!open)}
        className="group/head flex h-7 w-full items-center gap-1 rounded px-2 text-xs font-medium text-ink-3 hover:text-ink"
      >
        {group.title}
        <ChevronRight aria-hidden className={cx("size-3 transition-transform", open && "rotate-90")} />
        {!open && planned > 0 && (
          <span className="ml-auto font-normal">{plural(planned, "page", "pages")} planned</span>
        )}
      </button>
      {open && (
        <ul className="grid gap-px">
          {group.places.map((place) => (
            <NavItem key={place.key} place={place} />
          ))}
        </ul>
      )}
    </div>
  );
}

function NavItem({ place }: { place: Place }) {
  const Icon = place.icon;
  return (
    <li>
      <NavLink
        to={place.path}
        end={place.path === "/"}
        className={({ isActive }) =>
          cx(
            "group/item flex h-7 items-center gap-2.5 rounded px-2",
            isActive
              ? "bg-accent-soft font-medium text-accent-ink"
              : "text-ink-2 hover:bg-hover hover:text-ink",
            !place.ready && !isActive && "text-ink-3",
          )
        }
      >
        <Icon aria-hidden className="size-4 shrink-0" strokeWidth={1.75} />
        <span className="min-w-0 flex-1 truncate">{place.title}</span>
        {!place.ready && (
          <Tooltip words="Not built yet" side="right">
            <span className="opacity-60">
              <CircleDashed aria-hidden className="size-3" />
              <span className="sr-only">not built yet</span>
            </span>
          </Tooltip>
        )}
      </NavLink>
    </li>
  );
}
