/** Keeping away from machines that are not good enough: the threshold, leaving out what is below, showing all anyway. */
import { ShieldCheck } from "lucide-react";
import { Popover } from "radix-ui";
import { Button } from "../../components/Button";
import { useLayer } from "../../components/layer";
import { Slider } from "../../components/Slider";
import { Checkbox, Switch } from "../../components/toggles";
import type { Hidden } from "../../lib/api/generated";
import { usePreferences } from "../../lib/machines/preferences";
import { plural } from "../../lib/numbers";
import { useSession } from "../../lib/session/session";
import { flag, one, type Search } from "./search";
import type { Change } from "./useSearch";

interface Props {
  search: Search;
  change: Change;
  hidden: Hidden | undefined;
}

export function hiddenCount(hidden: Hidden | undefined): number {
  return hidden ? hidden.blacklisted + hidden.below_threshold : 0;
}

export function ReliabilityFilter({ search, change, hidden }: Props) {
  const layer = useLayer();
  const { preferences } = usePreferences();
  const all = flag(search, "include_blacklisted");
  const asked = one(search, "min_score");
  const level = asked ?? (preferences.exclude_below_threshold ? String(preferences.threshold) : null);
  const label = all ? "All machines" : level ? `Reliability ≥ ${level}` : "Reliability";
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button
          size="sm"
          icon={ShieldCheck}
          aria-label={level && !all ? `Reliability, score ${level} or more` : label}
          className={all ? "text-accent-ink" : undefined}
        >
          <span className="figures">{label}</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal container={layer}>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Reliability"
          className="z-50 w-80 max-w-[calc(100vw-16px)] animate-rise rounded bg-raised p-4 shadow-raised"
        >
          <Choices search={search} change={change} hidden={hidden} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The first three are kept for the next visit; showing all is for this search alone, and stands in its address. */
function Choices({ search, change, hidden }: Props) {
  const { preferences, change: prefer } = usePreferences();
  const signedIn = useSession() === "signed-in";
  const all = flag(search, "include_blacklisted");
  const letGo = () => one(search, "min_score") && change({ min_score: null });
  return (
    <div className="grid gap-4">
      <Slider
        label="Threshold"
        value={preferences.threshold}
        onChange={(threshold) => {
          prefer({ threshold });
          letGo();
        }}
      />
      <Checkbox
        label="Auto-exclude"
        hint="Leaves out machines whose score is below. One without a score stays: nobody knows it yet."
        checked={preferences.exclude_below_threshold}
        onChange={(on) => {
          prefer({ exclude_below_threshold: on });
          letGo();
        }}
      />
      <Switch
        label="Sort by Reliability"
        hint="By the lower end of what the score may be."
        checked={preferences.sort_by_reliability}
        onChange={(on) => {
          prefer({ sort_by_reliability: on });
          change({ sort: null });
        }}
      />
      <div className="border-t border-line pt-3.5">
        <Switch
          label="Show all"
          hint={
            all
              ? "Blacklisted ones too, each marked. For this search alone."
              : `${plural(hiddenCount(hidden), "offer")} hidden now.`
          }
          checked={all}
          onChange={(on) => change({ include_blacklisted: on ? "true" : null, min_score: null })}
        />
      </div>
      <p className="text-xs text-ink-3">
        {signedIn ? "Kept with your account." : "Kept in this browser until you sign in."}
      </p>
    </div>
  );
}
