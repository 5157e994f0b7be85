/** Money really not spent: by sleeping, by day and by instance, against what else it might have come to, row by row. */
import { ListTree } from "lucide-react";
import { useSearchParams } from "react-router";
import { Asked } from "../../../components/Asked";
import { Big, Bigs } from "../../../components/Bigs";
import { Button } from "../../../components/Button";
import { Chart } from "../../../components/Chart";
import { Money } from "../../../components/figures";
import { Group, Page } from "../../../components/Page";
import { Picker } from "../../../components/Select";
import { SkeletonLines } from "../../../components/Skeleton";
import type { RealSavings } from "../../../lib/api/generated";
import { amount, fromMicro, toMicro } from "../../../lib/money";
import { fleetApi } from "../api";
import { FollowFleet } from "../live";
import { BudgetCard } from "./BudgetCard";
import { Explained } from "./Explained";
import { InstanceSavingsTable } from "./InstanceSavingsTable";

const spans = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
] as const;
const DAY_MS = 86_400_000;

export function Savings() {
  const [params, setParams] = useSearchParams();
  const days = spans.find(({ value }) => value === params.get("days"))?.value ?? "30";
  const explain = params.get("explain") === "true";
  const set = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const answer = fleetApi.useShowRealSavingsQuery({ from: sinceOf(days), explain });
  return (
    <Page
      wide
      title="Savings"
      description="What the machines that were given up would have cost, less what was paid in their place."
      actions={
        <Picker
          label="Span"
          value={days}
          options={spans}
          onChange={(next) => set("days", next)}
          className="w-32"
        />
      }
    >
      <FollowFleet />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <Asked of={answer} loading={<SkeletonLines what="savings" lines={8} />}>
          {(savings) => (
            <>
              <Totals savings={savings} />
              {savings.days.some(({ saved, spent }) => toMicro(saved) !== 0n || toMicro(spent) !== 0n) && (
                <Group title="By day">
                  <Days savings={savings} />
                </Group>
              )}
              <Group title="By instance">
                <InstanceSavingsTable rows={savings.instances} />
              </Group>
              <Group
                title="Every row behind it"
                aside={
                  <Button
                    size="sm"
                    icon={ListTree}
                    aria-pressed={explain}
                    onClick={() => set("explain", explain ? null : "true")}
                  >
                    {explain ? "Hide the rows" : "Show the rows"}
                  </Button>
                }
              >
                {savings.explained ? (
                  <Explained rows={savings.explained} instances={savings.instances} />
                ) : (
                  <p className="text-ink-3">
                    Each sum is made of sleeps: how long, at which price, less storage and the race that ended
                    it.
                  </p>
                )}
              </Group>
            </>
          )}
        </Asked>
        <Group title="Budget">
          <BudgetCard />
        </Group>
      </div>
    </Page>
  );
}

/** The same moment all day long, so that the question stays the same. */
function sinceOf(days: string): string {
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return new Date(midnight - (Number(days) - 1) * DAY_MS).toISOString();
}

function Totals({ savings }: { savings: RealSavings }) {
  return (
    <Bigs>
      <Big name="Saved" note={`${savings.hours_asleep.toFixed(1)} hours asleep`}>
        <Money value={savings.saved} />
      </Big>
      <Big name="Given up" note="at the price of the machine">
        <Money value={savings.given_up} />
      </Big>
      <Big name="Paid instead" note="storage, and losers of races">
        <Money value={sum(savings.storage, savings.race_overhead)} />
      </Big>
      <Big name="Spent" note={<>never asleep: {amount(savings.never_hibernated)}</>}>
        <Money value={savings.spent} />
      </Big>
      <Big
        name="Against large clouds"
        note={savings.on_demand ? `on demand ${amount(savings.on_demand)}` : "no like machine known"}
      >
        {savings.saved_on_demand === null ? (
          <span className="font-normal text-ink-3">—</span>
        ) : (
          <Money value={savings.saved_on_demand} />
        )}
      </Big>
    </Bigs>
  );
}

const sum = (one: string, other: string) => fromMicro(toMicro(one) + toMicro(other));
const dollars = (text: string) => Number(toMicro(text)) / 1e6;

function Days({ savings }: { savings: RealSavings }) {
  return (
    <Chart
      label="Dollars a day, in UTC"
      moments={savings.days.map(({ day }) => Date.parse(day) / 1000)}
      series={[
        { name: "Saved", values: savings.days.map(({ saved }) => dollars(saved)) },
        { name: "Spent", values: savings.days.map(({ spent }) => dollars(spent)) },
      ]}
      words={(value) => amount(value.toFixed(6))}
    />
  );
}
