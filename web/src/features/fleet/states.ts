/** How each state of an instance looks: a word, a sign, and what one may do from there. */
import {
  Anchor,
  CircleAlert,
  CircleCheck,
  CircleX,
  Hourglass,
  type LucideIcon,
  Moon,
  MoonStar,
  Pause,
  RefreshCw,
  Rocket,
  Sunrise,
  Trash2,
  Unplug,
} from "lucide-react";
import type { BadgeTone } from "../../components/Badge";
import type { Instance } from "../../lib/api/generated";

export type State = Instance["state"];

interface Look {
  tone: BadgeTone;
  icon: LucideIcon;
  word: string;
  live?: boolean;
}

export const stateLooks: Record<State, Look> = {
  launching: { tone: "info", icon: Rocket, word: "Launching", live: true },
  running: { tone: "ok", icon: CircleCheck, word: "Running" },
  paused: { tone: "neutral", icon: Pause, word: "Paused" },
  hibernating: { tone: "info", icon: MoonStar, word: "Hibernating", live: true },
  hibernated: { tone: "neutral", icon: Moon, word: "Hibernated" },
  waking: { tone: "info", icon: Sunrise, word: "Waking", live: true },
  failing_over: { tone: "warning", icon: RefreshCw, word: "Failing over", live: true },
  on_standby: { tone: "warning", icon: Anchor, word: "On standby" },
  recovering: { tone: "info", icon: RefreshCw, word: "Recovering", live: true },
  interrupted: { tone: "danger", icon: Unplug, word: "Interrupted", live: true },
  failed: { tone: "danger", icon: CircleX, word: "Failed" },
  destroying: { tone: "warning", icon: Hourglass, word: "Destroying", live: true },
  destroyed: { tone: "neutral", icon: Trash2, word: "Destroyed" },
};

export const unknownLook: Look = { tone: "warning", icon: CircleAlert, word: "Unknown" };

export type Act =
  | "wake"
  | "hibernate"
  | "pause"
  | "resume"
  | "snapshot"
  | "failover"
  | "half-life"
  | "destroy";

const acts: Record<State, readonly Act[]> = {
  launching: ["destroy"],
  running: ["hibernate", "pause", "snapshot", "failover", "half-life", "destroy"],
  paused: ["resume", "destroy"],
  hibernating: ["wake", "destroy"],
  hibernated: ["wake", "half-life", "destroy"],
  waking: ["hibernate", "destroy"],
  failing_over: ["hibernate", "destroy"],
  on_standby: ["wake", "hibernate", "snapshot", "destroy"],
  recovering: ["half-life", "hibernate", "destroy"],
  interrupted: ["hibernate", "destroy"],
  failed: ["wake", "destroy"],
  destroying: [],
  destroyed: [],
};

/** What one may ask of it now; the server has the last word. */
export function actsOf(instance: Pick<Instance, "state" | "standby">): readonly Act[] {
  const hasStandby = instance.standby?.enabled === true && instance.standby.kind === "cpu";
  return acts[instance.state].filter((act) => act !== "half-life" || hasStandby);
}

/** The one that stands in front: what people come for in this state. */
export function firstAct(instance: Pick<Instance, "state" | "standby">): Act | null {
  const first = actsOf(instance)[0];
  return first && first !== "destroy" ? first : null;
}

export const isGone = (state: State) => state === "destroyed" || state === "destroying";
export const isMoving = (state: State) => stateLooks[state].live === true;
