/** The frame around the pages: navigation on the left, a bar above, the page, and what belongs to all of them. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Outlet, useLocation, useNavigate } from "react-router";
import { Sheet } from "../../components/Dialog";
import { useHotkeys } from "../../lib/hotkeys";
import { useMedia } from "../../lib/media";
import { allows } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { allPlaces } from "../navigation";
import { Rail } from "./Rail";
import { SideNavigation } from "./SideNavigation";
import { TopBar } from "./TopBar";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));
const ShortcutHelp = lazy(async () => ({ default: (await import("./ShortcutHelp")).ShortcutHelp }));

export function Shell() {
  const [menuOpen, setMenuOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const { pathname } = useLocation();
  const spacious = useMedia("(min-width: 1120px)");
  const phone = useMedia("(max-width: 699px)");
  const main = useFocusOnMove(pathname);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a move closes the menu
  useEffect(() => {
    setMenuOpen(false);
  }, [pathname]);
  useShellKeys(
    () => setPaletteOpen(true),
    () => setHelpOpen(true),
  );
  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#page"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded bg-accent px-3 py-1.5 font-medium text-on-accent focus:translate-y-0"
      >
        Skip to the page
      </a>
      {!phone && (spacious ? <SideNavigation onSearch={() => setPaletteOpen(true)} /> : <Rail />)}
      <Sheet open={phone && menuOpen} onOpenChange={setMenuOpen} title="Navigation" side="left" hideTitle>
        <SideNavigation inSheet onSearch={() => setPaletteOpen(true)} />
      </Sheet>
      <div className="flex min-w-0 flex-1 flex-col bg-surface">
        <TopBar
          {...{ phone, spacious }}
          onMenu={() => setMenuOpen(true)}
          onSearch={() => setPaletteOpen(true)}
        />
        <main
          id="page"
          ref={main}
          tabIndex={-1}
          className="relative min-h-0 flex-1 overflow-y-auto outline-none"
        >
          <Outlet />
        </main>
      </div>
      <Suspense>
        {paletteOpen && <Palette open onOpenChange={setPaletteOpen} onHelp={() => setHelpOpen(true)} />}
        {helpOpen && <ShortcutHelp open onOpenChange={setHelpOpen} />}
      </Suspense>
    </div>
  );
}

/** After a move the reader starts at the page, as after a fresh load, and the page at its top. */
function useFocusOnMove(pathname: string) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.scrollTo({ top: 0 });
    if (!document.querySelector('[role="dialog"]')) main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

function useShellKeys(openPalette: () => void, openHelp: () => void): void {
  const navigate = useNavigate();
  const { data } = useMe();
  const jumps = allPlaces
    .filter((place) => place.go && allows(data?.permissions, place.permission ?? null))
    .map((place) => [`g ${place.go}`, () => void navigate(place.path)]);
  useHotkeys({ "mod+k": openPalette, "?": openHelp, ...Object.fromEntries(jumps) });
}
