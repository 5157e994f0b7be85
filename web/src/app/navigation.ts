/** All areas of the product in their groups: what the navigation, the palette and the shortcuts are made of. */
import {
  Activity,
  ArrowLeftRight,
  BadgeDollarSign,
  BookOpenCheck,
  Boxes,
  BrainCircuit,
  CalendarRange,
  ChartLine,
  CircleUser,
  CloudCog,
  Columns3,
  Cpu,
  Gauge,
  HeartPulse,
  History,
  House,
  KeyRound,
  KeySquare,
  Layers,
  ListChecks,
  type LucideIcon,
  PiggyBank,
  Receipt,
  RefreshCcw,
  Rocket,
  ScrollText,
  Server,
  ServerCog,
  Settings2,
  ShieldAlert,
  ShieldCheck,
  ShieldX,
  Store,
  ToggleLeft,
  TrendingUp,
  User,
  Users,
  UsersRound,
  Wallet,
  Webhook,
  Workflow,
} from "lucide-react";
import type { Permission } from "../lib/permissions";

export interface Place {
  key: string;
  title: string;
  path: string;
  icon: LucideIcon;
  ready?: true;
  permission?: Permission;
  /** Other words that people look for in the palette. */
  words?: string;
  /** The letters after "g" that lead here. */
  go?: string;
}

export interface PlaceGroup {
  title: string;
  icon: LucideIcon;
  places: readonly Place[];
}

export const homePlace: Place = { key: "home", title: "Home", path: "/", icon: House, ready: true, go: "h" };

export const groups: readonly PlaceGroup[] = [
  {
    title: "Rent",
    icon: Store,
    places: [
      {
        key: "market",
        title: "Market",
        path: "/market",
        icon: Store,
        ready: true,
        words: "offers search gpu price",
        go: "m",
      },
      {
        key: "arbitrage",
        title: "Arbitrage",
        path: "/arbitrage",
        icon: ArrowLeftRight,
        ready: true,
        words: "spread spot trend savings deals",
      },
      {
        key: "compare",
        title: "Compare",
        path: "/compare",
        icon: Columns3,
        ready: true,
        words: "side by side",
      },
      {
        key: "deploy",
        title: "Deploy",
        path: "/deploy",
        icon: Rocket,
        ready: true,
        words: "launch race wizard",
        go: "d",
      },
    ],
  },
  {
    title: "Fleet",
    icon: Server,
    places: [
      {
        key: "instances",
        title: "Instances",
        path: "/instances",
        icon: Server,
        ready: true,
        words: "machines ssh hibernate",
        go: "i",
      },
      {
        key: "snapshots",
        title: "Snapshots",
        path: "/snapshots",
        icon: Layers,
        ready: true,
        words: "backup restore diff retention files",
        go: "n",
      },
      {
        key: "standby",
        title: "Standby",
        path: "/standby",
        icon: HeartPulse,
        ready: true,
        words: "failover cpu",
      },
      {
        key: "savings",
        title: "Savings",
        path: "/savings",
        icon: PiggyBank,
        ready: true,
        words: "money saved budget",
      },
      {
        key: "rentals",
        title: "Rentals",
        path: "/rentals",
        icon: Receipt,
        ready: true,
        words: "cost now",
      },
    ],
  },
  {
    title: "Machines",
    icon: Cpu,
    places: [
      {
        key: "machines",
        title: "History",
        path: "/machines",
        icon: History,
        ready: true,
        words: "reliability machines attempts ratings score",
        go: "r",
      },
      {
        key: "blacklist",
        title: "Blacklist",
        path: "/blacklist",
        icon: ShieldX,
        ready: true,
        words: "avoid banned blocked keep away",
        go: "b",
      },
    ],
  },
  {
    title: "Book",
    icon: CalendarRange,
    places: [
      {
        key: "reservations",
        title: "Reservations",
        path: "/reservations",
        icon: CalendarRange,
        words: "calendar block",
      },
      { key: "clusters", title: "Clusters", path: "/clusters", icon: Boxes, words: "multi gpu pool" },
      {
        key: "wallet",
        title: "Wallet",
        path: "/wallet",
        icon: Wallet,
        words: "usdc deposit withdraw balance",
        go: "w",
      },
    ],
  },
  {
    title: "Optimizer",
    icon: Gauge,
    places: [
      {
        key: "optimizer",
        title: "Overview",
        path: "/optimizer",
        icon: Gauge,
        words: "kubernetes aws cost",
        go: "o",
      },
      { key: "models", title: "Models", path: "/models", icon: BrainCircuit, words: "upload onnx versions" },
      {
        key: "gap-filler",
        title: "Gap filler",
        path: "/gap-filler",
        icon: ChartLine,
        words: "history missing",
      },
      {
        key: "pricing",
        title: "Pricing",
        path: "/pricing",
        icon: BadgeDollarSign,
        words: "spot on demand advisor",
      },
      { key: "refresh", title: "Refresh", path: "/refresh", icon: RefreshCcw, words: "retrain schedule" },
      {
        key: "predictions",
        title: "Predictions",
        path: "/predictions",
        icon: TrendingUp,
        words: "forecast drift",
      },
      { key: "engines", title: "Engines", path: "/engines", icon: Workflow, words: "decision config" },
      { key: "decisions", title: "Decisions", path: "/decisions", icon: BookOpenCheck, words: "stream plan" },
      {
        key: "features",
        title: "Feature toggles",
        path: "/features",
        icon: ToggleLeft,
        words: "flags switches",
      },
      { key: "risk", title: "Risk", path: "/risk", icon: ShieldAlert, words: "pools alarm interruption" },
    ],
  },
  {
    title: "Account",
    icon: CircleUser,
    places: [
      {
        key: "profile",
        title: "Profile",
        path: "/profile",
        icon: User,
        ready: true,
        words: "name theme",
        go: "p",
      },
      {
        key: "api-keys",
        title: "API keys",
        path: "/api-keys",
        icon: KeyRound,
        ready: true,
        words: "token cli scopes",
        go: "k",
      },
      {
        key: "teams",
        title: "Teams",
        path: "/teams",
        icon: UsersRound,
        ready: true,
        words: "invite members",
        go: "t",
      },
      {
        key: "provider-keys",
        title: "Provider keys",
        path: "/provider-keys",
        icon: KeySquare,
        ready: true,
        words: "vast runpod aws secrets",
      },
      {
        key: "webhooks",
        title: "Webhooks",
        path: "/webhooks",
        icon: Webhook,
        ready: true,
        words: "notifications slack alerts",
      },
      {
        key: "security",
        title: "Security",
        path: "/security",
        icon: ShieldCheck,
        ready: true,
        words: "sessions password activity sign out",
        go: "s",
      },
    ],
  },
  {
    title: "Admin",
    icon: ServerCog,
    places: [
      {
        key: "users",
        title: "Users",
        path: "/admin/users",
        icon: Users,
        ready: true,
        permission: "users:manage",
        words: "people roles disable",
        go: "u",
      },
      {
        key: "providers",
        title: "Providers",
        path: "/admin/providers",
        icon: CloudCog,
        ready: true,
        permission: "providers:sync",
        words: "clouds sync read stale frozen vast runpod",
      },
      {
        key: "jobs",
        title: "Jobs",
        path: "/jobs",
        icon: ListChecks,
        ready: true,
        permission: "jobs:read",
        words: "background queue schedules cron failed",
        go: "j",
      },
      {
        key: "workers",
        title: "Workers",
        path: "/admin/workers",
        icon: Activity,
        ready: true,
        permission: "workers:read",
        words: "processes",
      },
      {
        key: "audit",
        title: "Audit log",
        path: "/admin/audit",
        icon: ScrollText,
        ready: true,
        permission: "audit:read",
        words: "who did what history",
        go: "a",
      },
      {
        key: "settings",
        title: "Settings",
        path: "/admin/settings",
        icon: Settings2,
        ready: true,
        permission: "settings:read",
        words: "configuration environment toml",
      },
    ],
  },
];

export const allPlaces: readonly Place[] = [homePlace, ...groups.flatMap((group) => group.places)];

/** The place that an address belongs to: the longest path that it begins with. */
export function placeOf(path: string): Place | undefined {
  return allPlaces
    .filter((place) => path === place.path || (place.path !== "/" && path.startsWith(`${place.path}/`)))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

export function groupOf(place: Place | undefined): PlaceGroup | undefined {
  return groups.find((group) => group.places.some((each) => each.key === place?.key));
}
