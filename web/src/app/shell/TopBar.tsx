/** The bar above a page: where one is, search, the live connection, the theme. */
import { ChevronRight, Menu as MenuIcon, Search } from "lucide-react";
import { Link, useLocation } from "react-router";
import { ButtonLink, IconButton } from "../../components/Button";
import { LiveIndicator } from "../../components/LiveIndicator";
import { Mark } from "../../components/Mark";
import { useSession } from "../../lib/session/session";
import { groupOf, placeOf } from "../navigation";
import { ThemeMenu } from "./ThemeMenu";

interface Props {
  phone: boolean;
  spacious: boolean;
  onMenu: () => void;
  onSearch: () => void;
}

export function TopBar({ phone, spacious, onMenu, onSearch }: Props) {
  const signedOut = useSession() === "signed-out";
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-3 sm:px-6">
      {phone && <IconButton label="Open navigation" icon={MenuIcon} onClick={onMenu} className="-ml-1" />}
      {phone ? <Mark size={20} /> : <Crumbs />}
      <div className="ml-auto flex items-center gap-1">
        {!signedOut && <LiveIndicator short={phone} />}
        {(phone || !spacious) && <IconButton label="Find anything" icon={Search} onClick={onSearch} />}
        <ThemeMenu />
        {signedOut && (
          <ButtonLink to="/sign-in" weight="primary" size="sm" className="ml-1">
            Sign in
          </ButtonLink>
        )}
      </div>
    </header>
  );
}

function Crumbs() {
  const { pathname } = useLocation();
  const place = placeOf(pathname);
  const group = groupOf(place);
  if (!place) return null;
  return (
    <p className="flex min-w-0 items-center gap-1 text-ink-3">
      {group && (
        <>
          {group.title}
          <ChevronRight aria-hidden className="size-3" />
        </>
      )}
      {pathname === place.path ? (
        <span className="truncate text-ink-2">{place.title}</span>
      ) : (
        <Link to={place.path} className="truncate rounded text-ink-2 hover:text-ink hover:underline">
          {place.title}
        </Link>
      )}
    </p>
  );
}
