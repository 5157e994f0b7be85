/** The menu of one instance: what may be asked of it now, and its destruction, which asks first. */
import {
  Anchor,
  Camera,
  Eye,
  type LucideIcon,
  Moon,
  Pause,
  Play,
  RefreshCw,
  Sunrise,
  Trash2,
} from "lucide-react";
import { useNavigate } from "react-router";
import { MenuItem } from "../../components/Menu";
import type { Instance } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";
import { type Act, actsOf } from "./states";
import { useInstanceActions } from "./useInstanceActions";

export const actLooks: Record<Act, { icon: LucideIcon; word: string }> = {
  wake: { icon: Sunrise, word: "Wake" },
  hibernate: { icon: Moon, word: "Hibernate" },
  pause: { icon: Pause, word: "Pause" },
  resume: { icon: Play, word: "Resume" },
  snapshot: { icon: Camera, word: "Take a snapshot" },
  failover: { icon: RefreshCw, word: "Fail over" },
  "half-life": { icon: Anchor, word: "Move to the standby" },
  destroy: { icon: Trash2, word: "Destroy" },
};

interface Props {
  instance: Instance;
  onDestroy: (instance: Instance) => void;
  /** In a list: opens its page. */
  open?: boolean;
}

export function InstanceMenu({ instance, onDestroy, open = false }: Props) {
  const navigate = useNavigate();
  const writes = useAllowed("fleet:write");
  const { ask } = useInstanceActions();
  return (
    <>
      {open && (
        <MenuItem icon={Eye} keys="Enter" onSelect={() => void navigate(`/instances/${instance.id}`)}>
          Open
        </MenuItem>
      )}
      {actsOf(instance).map((act) => (
        <MenuItem
          key={act}
          icon={actLooks[act].icon}
          danger={act === "destroy"}
          disabled={!writes}
          onSelect={() => (act === "destroy" ? onDestroy(instance) : void ask(act, instance))}
        >
          {actLooks[act].word}
        </MenuItem>
      ))}
    </>
  );
}
