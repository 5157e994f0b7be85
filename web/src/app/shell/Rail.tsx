/** The navigation on a middling screen: an icon for each group, its pages in a menu beside it. */
import { CircleDashed } from "lucide-react";
import { Link, useLocation, useNavigate } from "react-router";
import { Mark } from "../../components/Mark";
import { Menu, MenuItem, MenuLabel } from "../../components/Menu";
import { Tooltip } from "../../components/Tooltip";
import { cx } from "../../lib/classes";
import { groupOf, homePlace, type PlaceGroup, placeOf } from "../navigation";
import { AccountMenu } from "./AccountMenu";
import { useGroups } from "./useGroups";

const look = "flex size-9 items-center justify-center rounded";
const quiet = "text-ink-3 hover:bg-hover hover:text-ink";
const chosen = "bg-accent-soft text-accent-ink";

export function Rail() {
  const shown = useGroups();
  const { pathname } = useLocation();
  const current = groupOf(placeOf(pathname))?.title;
  const atHome = pathname === "/";
  return (
    <nav
      aria-label="Areas"
      className="flex w-13 shrink-0 flex-col items-center border-r border-line bg-canvas"
    >
      <Link to="/" aria-label="Dumont Cloud, home" className="flex h-12 items-center rounded">
        <Mark size={22} />
      </Link>
      <div className="flex min-h-0 flex-1 flex-col items-center gap-1 overflow-y-auto py-1">
        <Tooltip words="Home" side="right">
          <Link
            to="/"
            aria-label="Home"
            aria-current={atHome ? "page" : undefined}
            className={cx(look, atHome ? chosen : quiet)}
          >
            <homePlace.icon aria-hidden className="size-4.5" strokeWidth={1.75} />
          </Link>
        </Tooltip>
        {shown.map((group) => (
          <RailGroup key={group.title} group={group} current={group.title === current} />
        ))}
      </div>
      <div className="py-2">
        <AccountMenu small />
      </div>
    </nav>
  );
}

function RailGroup({ group, current }: { group: PlaceGroup; current: boolean }) {
  const navigate = useNavigate();
  const Icon = group.icon;
  const trigger = (
    <button type="button" aria-label={group.title} className={cx(look, current ? chosen : quiet)}>
      <Icon aria-hidden className="size-4.5" strokeWidth={1.75} />
    </button>
  );
  return (
    <Menu trigger={trigger} side="right" align="start" className="min-w-52">
      <MenuLabel>{group.title}</MenuLabel>
      {group.places.map((place) => (
        <MenuItem key={place.key} icon={place.icon} onSelect={() => void navigate(place.path)}>
          <span className="flex items-center gap-2">
            {place.title}
            {!place.ready && (
              <span className="ml-auto inline-flex items-center gap-1 text-xs text-ink-3">
                <CircleDashed aria-hidden className="size-3" />
                not yet
              </span>
            )}
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}
