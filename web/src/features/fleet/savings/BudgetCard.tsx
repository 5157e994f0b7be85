/** The budget: what is used of it, and changing it. Near its end one is told; at its end instances sleep. */
import { useState } from "react";
import { Asked } from "../../../components/Asked";
import { Button } from "../../../components/Button";
import { Form, FormActions, useFormRequest } from "../../../components/Form";
import { TextField } from "../../../components/fields";
import { Bar } from "../../../components/Progress";
import { SkeletonLines } from "../../../components/Skeleton";
import type { Budget } from "../../../lib/api/generated";
import { amount, price, toMicro } from "../../../lib/money";
import { useAllowed } from "../../../lib/session/me";
import { toast } from "../../../lib/toasts";
import { fleetApi } from "../api";
import { Whose } from "../Whose";

export function BudgetCard() {
  const [teamId, choose] = useState<string | null>(null);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Whose teamId={teamId} onChange={choose} />
      <OfOne key={teamId} teamId={teamId} />
    </div>
  );
}

function OfOne({ teamId }: { teamId: string | null }) {
  const answer = fleetApi.useShowBudgetQuery(teamId ? { teamId } : {});
  return (
    <Asked of={answer} loading={<SkeletonLines what="the budget" lines={3} />}>
      {(budget) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-2">
          <div className="grid content-start gap-4">
            <Used name="Now, an hour" used={budget.price_hour} of={budget.max_price_hour} words={price} />
            <Used name="Today" used={budget.spent_today} of={budget.per_day} words={amount} />
            <Used name="This month" used={budget.spent_this_month} of={budget.per_month} words={amount} />
          </div>
          <Limits key={budget.changed_at ?? ""} budget={budget} teamId={teamId} />
        </div>
      )}
    </Asked>
  );
}

interface UsedProps {
  name: string;
  used: string;
  of: string | null;
  words: (value: string) => string;
}

function Used({ name, used, of, words }: UsedProps) {
  const share = of === null ? null : (100 * Number(toMicro(used))) / Math.max(1, Number(toMicro(of)));
  return (
    <div className="grid gap-1.5">
      <p className="flex items-baseline justify-between gap-3">
        <span>{name}</span>
        <span className="figures">
          <span className="font-medium">{words(used)}</span>{" "}
          <span className="text-ink-3">{of === null ? "no limit" : `of ${words(of)}`}</span>
        </span>
      </p>
      {share !== null && (
        <Bar
          label={`Used, ${name.toLowerCase()}`}
          percent={Math.min(100, share)}
          tone={share >= 80 ? "danger" : "accent"}
        />
      )}
    </div>
  );
}

function Limits({ budget, teamId }: { budget: Budget; teamId: string | null }) {
  const writes = useAllowed("fleet:write");
  const [hour, setHour] = useState(trimmed(budget.max_price_hour));
  const [day, setDay] = useState(trimmed(budget.per_day));
  const [month, setMonth] = useState(trimmed(budget.per_month));
  const [put] = fleetApi.usePutBudgetMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const limits = { max_price_hour: given(hour), per_day: given(day), per_month: given(month) };
    const body = { ...limits, team_id: teamId };
    if (await submit(() => put({ body }).unwrap())) toast({ title: "The budget is changed" });
  };
  return (
    <Form
      label="Budget"
      fields={["max_price_hour", "per_day", "per_month"]}
      problem={problem}
      onSubmit={() => void send()}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        {(
          [
            ["An hour", "max_price_hour", hour, setHour],
            ["A day", "per_day", day, setDay],
            ["A month", "per_month", month, setMonth],
          ] as const
        ).map(([label, name, value, set]) => (
          <TextField
            key={name}
            label={label}
            name={name}
            optional
            inputMode="decimal"
            placeholder="no limit"
            value={value}
            onChange={(event) => set(event.target.value)}
          />
        ))}
      </div>
      <p className="text-xs text-ink-3">
        In dollars, days in UTC. At 80 % you are told; at 100 % instances save their work and sleep. The limit
        of an hour refuses launches.
      </p>
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!writes}>
          Keep
        </Button>
      </FormActions>
    </Form>
  );
}

const given = (text: string) => text.trim() || null;
const trimmed = (text: string | null) => (text?.includes(".") ? text.replace(/\.?0+$/, "") : (text ?? ""));
