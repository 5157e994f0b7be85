/** How a second machine is: whether its copy is fresh, in a word and a sign. */
import {
  CircleCheck,
  CircleX,
  CloudOff,
  LoaderCircle,
  type LucideIcon,
  Power,
  ShieldCheck,
} from "lucide-react";
import { Badge, type BadgeTone } from "../../../components/Badge";
import type { InstanceStandby } from "../../../lib/api/generated";

interface Look {
  tone: BadgeTone;
  icon: LucideIcon;
  word: string;
  live?: boolean;
}

const looks: Record<InstanceStandby["state"], Look> = {
  off: { tone: "neutral", icon: Power, word: "Off" },
  starting: { tone: "info", icon: LoaderCircle, word: "Starting", live: true },
  syncing: { tone: "info", icon: LoaderCircle, word: "Copying", live: true },
  synced: { tone: "ok", icon: CircleCheck, word: "In step" },
  serving: { tone: "warning", icon: ShieldCheck, word: "Serving" },
  failed: { tone: "danger", icon: CircleX, word: "Failed" },
};
const without: Look = { tone: "neutral", icon: CloudOff, word: "None" };

export function StandbyMark({ standby }: { standby: InstanceStandby | null }) {
  const shown = standby && (standby.enabled || standby.state === "serving") ? looks[standby.state] : without;
  return (
    <Badge tone={shown.tone} icon={shown.icon} live={shown.live ?? false}>
      {shown.word}
    </Badge>
  );
}

export function kindWords({
  kind,
  provider,
  machine_type: type,
}: Pick<InstanceStandby, "kind" | "provider" | "machine_type">) {
  return `${kind === "gpu" ? "Warm GPU" : "CPU"} at ${provider}${type ? `, ${type}` : ""}`;
}
