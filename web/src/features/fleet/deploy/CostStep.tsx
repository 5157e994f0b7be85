/** What it will cost before it costs anything: the hour, the day, the race, and how all that was worked out. */
import { Alert } from "../../../components/Alert";
import { Big, Bigs } from "../../../components/Bigs";
import { Money } from "../../../components/figures";
import type { LaunchPlan } from "../../../lib/api/generated";
import { providerTitle } from "../../../lib/providerNames";
import { duration } from "../../../lib/time";
import { Estimate } from "./DeadlineFields";
import { Warnings } from "./Warnings";

export function CostStep({ plan }: { plan: LaunchPlan }) {
  const { prices, race, course, standby } = plan;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      {plan.stopped && (
        <Alert tone="danger" title="It can't be launched like this">
          {plan.stopped.message}{" "}
          {plan.stopped.hint && <span className="text-ink-2">{plan.stopped.hint}</span>}
        </Alert>
      )}
      <Warnings warnings={plan.warnings} />
      {prices && (
        <Bigs>
          <Big name="An hour" note="of the likely winner, disk included">
            <Money value={prices.hour} per="h" />
          </Big>
          <Big name="A day awake" note="24 hours">
            <Money value={prices.day} />
          </Big>
          <Big name="A day as used" note={`${prices.busy_hours} hours of use, asleep for the rest`}>
            <Money value={prices.day_hibernating} />
          </Big>
          <Big name="A month as used" note={<>awake all the time: {<Money value={prices.month} />}</>}>
            <Money value={prices.month_hibernating} />
          </Big>
        </Bigs>
      )}
      {standby && <Beside standby={standby} />}
      {course && (
        <section aria-label="The work" className="grid gap-1">
          <h2 className="font-medium">The work until its deadline</h2>
          <Estimate course={course} />
        </section>
      )}
      {race && (
        <section aria-label="The race" className="grid gap-1">
          <h2 className="font-medium">The race</h2>
          <p className="figures text-ink-2">
            {plan.machines} machines at once, {duration(plan.round_seconds)} a round, {plan.rounds} rounds at
            most.
            {race.expected_seconds !== null && (
              <>
                {" "}
                The first is expected to be ready after {duration(race.expected_seconds)}
                {race.p95_seconds !== null && <>, nearly always within {duration(race.p95_seconds)}</>}.
              </>
            )}
          </p>
          <p className="figures text-ink-2">
            The losers are expected to cost <Money value={race.expected} as="price" />, and{" "}
            <Money value={race.at_most} as="price" /> at most.
          </p>
          <p className="text-xs text-ink-3">{race.how}</p>
        </section>
      )}
    </div>
  );
}

function Beside({ standby }: { standby: NonNullable<LaunchPlan["standby"]> }) {
  const { kind, provider, price_hour: hour } = standby;
  return (
    <section aria-label="The second machine" className="grid gap-1">
      <h2 className="font-medium">The second machine</h2>
      <p className="figures text-ink-2">
        {kind === "gpu" ? "A warm GPU" : "A CPU"} at {providerTitle(provider)}{" "}
        {hour === null ? (
          "is wanted, and none fits now: it is looked for again and again."
        ) : (
          <>
            for <Money value={hour} per="h" />, besides what stands above.
          </>
        )}
      </p>
    </section>
  );
}
