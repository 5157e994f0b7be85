/** Everything that the palette can open or do, for the one who looks. */
import {
  Camera,
  Copy,
  Keyboard,
  LogOut,
  type LucideIcon,
  Moon,
  Palette,
  Plus,
  Sun,
  UserPlus,
} from "lucide-react";
import { useNavigate } from "react-router";
import { copyText } from "../../lib/clipboard";
import { allows } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { useSession } from "../../lib/session/session";
import { useSignOut } from "../../lib/session/signOut";
import { chooseTheme, shownTheme } from "../../lib/theme";
import { toast } from "../../lib/toasts";
import { groups, homePlace, type Place } from "../navigation";

const PLANNED = "not built yet";

export interface Command {
  key: string;
  title: string;
  group: string;
  icon: LucideIcon;
  words: string;
  note?: string;
  run: () => void;
}

export function useCommands(onHelp: () => void): Command[] {
  const pages = usePages();
  const actions = useActions(onHelp);
  // First what works, then what one can do, last what is still to come.
  const ready = pages.filter((page) => page.note !== PLANNED);
  return [...ready, ...actions, ...pages.filter((page) => page.note === PLANNED)];
}

function usePages(): Command[] {
  const navigate = useNavigate();
  const permissions = useMe().data?.permissions;
  return [{ title: "Start", places: [homePlace] }, ...groups].flatMap((group) =>
    group.places
      .filter((place) => allows(permissions, place.permission ?? null))
      .map((place) => ({
        key: place.key,
        title: place.title,
        group: group.title,
        icon: place.icon,
        words: `${group.title} ${place.words ?? ""}`,
        note: noteOf(place),
        run: () => void navigate(place.path),
      })),
  );
}

function noteOf(place: Place): string {
  if (!place.ready) return PLANNED;
  return place.go ? `g ${place.go}` : "";
}

function useActions(onHelp: () => void): Command[] {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const signedIn = useSession() !== "signed-out";
  const go = (path: string) => () => void navigate(path);
  const other = shownTheme() === "dark" ? "light" : "dark";
  const forAll: Omit<Command, "group">[] = [
    {
      key: "theme",
      title: `Use the ${other} theme`,
      icon: other === "dark" ? Moon : Sun,
      words: "appearance",
      run: () => chooseTheme(other),
    },
    {
      key: "link",
      title: "Copy a link to this page",
      icon: Copy,
      words: "address url share",
      run: () => void copyLink(),
    },
    { key: "help", title: "Keyboard shortcuts", icon: Keyboard, words: "help keys", note: "?", run: onHelp },
    { key: "design", title: "Style page", icon: Palette, words: "components design", run: go("/design") },
  ];
  const forMembers: Omit<Command, "group">[] = [
    { key: "new-key", title: "Create an API key", icon: Plus, words: "token", run: go("/api-keys?new=1") },
    { key: "new-team", title: "Create a team", icon: UserPlus, words: "invite", run: go("/teams?new=1") },
    {
      key: "take-snapshot",
      title: "Take a snapshot",
      icon: Camera,
      words: "backup folder keep",
      run: go("/snapshots?new=1"),
    },
    {
      key: "sign-out",
      title: "Sign out",
      icon: LogOut,
      words: "leave log out",
      run: () => void signOut().then(go("/sign-in")),
    },
  ];
  return [...(signedIn ? forMembers : []), ...forAll].map((action) => ({ ...action, group: "Actions" }));
}

async function copyLink(): Promise<void> {
  if (await copyText(location.href)) toast({ title: "Link copied" });
}
