/** Keeping away from machines that are not good enough: a threshold, leaving them out, and showing all anyway. */
import { ShieldCheck } from "lucide-react";
import { Popover } from "radix-ui";
import { Button } from "../../components/Button";
import { useLayer } from "../../components/layer";
import { Slider } from "../../components/Slider";
import { Checkbox, Switch } from "../../components/toggles";
import type { Hidden } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";
import { useRemembered } from "../../lib/remembered";
import { flag, one, type Search } from "./search";
import type { Change } from "./useSearch";

const USUAL = 70;

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
  const [threshold, keep] = useRemembered("market.threshold", USUAL);
  const excludes = one(search, "min_score");
  const all = flag(search, "include_blacklisted");
  const level = excludes ? Number(excludes) : threshold;
  const label = all ? "All machines" : excludes ? `Score ${excludes} or more` : "Reliability";
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button size="sm" icon={ShieldCheck} className={excludes || all ? "text-accent-ink" : undefined}>
          {label}
        </Button>
      </Popover.Trigger>
      <Popover.Portal container={layer}>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Reliability"
          className="z-50 grid w-80 max-w-[calc(100vw-16px)] animate-rise gap-4 rounded bg-raised p-4 shadow-raised"
        >
          <Slider
            label="Lowest score"
            value={level}
            disabled={all}
            onChange={(next) => {
              keep(next);
              if (excludes) change({ min_score: String(next) });
            }}
          />
          <Checkbox
            label="Leave out what is below"
            hint="Machines that nobody rented yet have no score; they stay."
            checked={Boolean(excludes)}
            disabled={all}
            onChange={(on) => change({ min_score: on ? String(level) : null })}
          />
          <Switch
            label="Show all machines"
            hint={
              all
                ? "Blacklisted ones too, each marked."
                : `${plural(hiddenCount(hidden), "offer")} hidden now.`
            }
            checked={all}
            onChange={(on) => change({ include_blacklisted: on ? "true" : null, min_score: null })}
          />
          <Switch
            label="Best reliability first"
            checked={one(search, "sort") === "-reliability"}
            onChange={(on) => change({ sort: on ? "-reliability" : null })}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
