/** From what is needed to a running machine: need, machines, options, cost, and then the race. */
import { ArrowLeft, ArrowRight, Rocket } from "lucide-react";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Asked } from "../../../components/Asked";
import { Button } from "../../../components/Button";
import { Form, useFormRequest } from "../../../components/Form";
import { Page } from "../../../components/Page";
import { SkeletonLines } from "../../../components/Skeleton";
import { price } from "../../../lib/money";
import { count } from "../../../lib/numbers";
import { useRemembered } from "../../../lib/remembered";
import { useAllowed } from "../../../lib/session/me";
import { fleetApi } from "../api";
import { CostStep } from "./CostStep";
import { MachinesStep } from "./MachinesStep";
import { NeedStep } from "./NeedStep";
import { fields, OptionsStep } from "./OptionsStep";
import { usePlan } from "./plan";
import { type Step, Steps, steps } from "./Steps";
import {
  lasting,
  type Need,
  needWords,
  noOptions,
  type Options,
  readNeed,
  saysNothing,
  wishOf,
  writeNeed,
} from "./wish";

export function Deploy() {
  const [params, setParams] = useSearchParams();
  const need = readNeed(params);
  const step = steps.find((each) => each === params.get("step")) ?? (need.offer ? "options" : "need");
  const go = (next: Step, change: Partial<Need> = {}) => {
    const to = writeNeed({ ...need, ...change });
    to.set("step", next);
    setParams(to, { replace: next === step });
  };
  return (
    <Page
      title="Deploy"
      description="Machines race, and the first one that is useful is yours; you see what it costs before."
    >
      <Wizard need={need} step={step} go={go} />
    </Page>
  );
}

interface WizardProps {
  need: Need;
  step: Step;
  go: (step: Step, change?: Partial<Need>) => void;
}

function Wizard({ need, step, go }: WizardProps) {
  const [kept, keep] = useRemembered<Options>("deploy.options", noOptions);
  const [options, setOptions] = useState<Options>({ ...noOptions, ...kept });
  const nothing = saysNothing(need);
  const plan = usePlan(wishOf(need, options, true), nothing);
  const launch = useLaunch(need, options);
  const change = (next: Partial<Options>) => {
    const changed = { ...options, ...next };
    setOptions(changed);
    keep(lasting(changed));
  };
  const at = steps.indexOf(step);
  const next = steps[at + 1];
  const cheapest = plan.data?.prices ? `from ${price(plan.data.prices.hour_min)}/h` : "";
  return (
    <Form
      label="Deploy"
      fields={fields}
      problem={launch.problem}
      onSubmit={() => (next ? go(next) : void launch.run())}
    >
      <Steps
        now={step}
        onGo={(to) => go(to)}
        open={(to) => to === "need" || !nothing}
        said={{
          need: needWords(need) || "what the work needs",
          machines:
            plan.data && !nothing ? `${count(plan.data.fitting)} fit, ${cheapest}` : "which would race",
          options: options.name || "name, key, disk",
          cost: plan.data?.race ? `race about ${price(plan.data.race.expected)}` : "before the click",
        }}
      />
      <div className="grid min-h-72 min-w-0 grid-cols-[minmax(0,1fr)] content-start py-2">
        {step === "need" && (
          <NeedStep
            need={need}
            course={plan.data?.course ?? null}
            error={plan.error}
            onChange={(to) => go(step, to)}
          />
        )}
        {step === "options" && (
          <OptionsStep options={options} due={need.spot && need.deadline !== ""} onChange={change} />
        )}
        {(step === "machines" || step === "cost") && (
          <Asked of={plan} loading={<SkeletonLines what="the plan" lines={5} />}>
            {(found) =>
              step === "cost" ? (
                <CostStep plan={found} />
              ) : (
                <MachinesStep plan={found} first={need.offer} onFirst={(offer) => go(step, { offer })} />
              )
            }
          </Asked>
        )}
      </div>
      <Foot
        at={at}
        busy={launch.busy}
        lacks={nothing ? "Choose a GPU or none, or say in words what you need." : ""}
        ready={!nothing && (next !== undefined || (plan.data?.can_launch === true && !plan.old))}
        onBack={() => go(steps[at - 1] ?? "need")}
      />
    </Form>
  );
}

function useLaunch(need: Need, options: Options) {
  const [launchOne] = fleetApi.useLaunchInstanceMutation();
  const { problem, busy, submit } = useFormRequest();
  const navigate = useNavigate();
  const run = () =>
    submit(async () => {
      const { instance } = await launchOne({ body: wishOf(need, options, false) }).unwrap();
      if (instance) void navigate(`/instances/${instance.id}`);
    });
  return { problem, busy, run };
}

interface FootProps {
  at: number;
  busy: boolean;
  /** What is to be said before one can go on. */
  lacks: string;
  ready: boolean;
  onBack: () => void;
}

function Foot({ at, busy, lacks, ready, onBack }: FootProps) {
  const writes = useAllowed("fleet:write");
  const last = at === steps.length - 1;
  return (
    <div className="sticky bottom-0 -mx-4 flex items-center justify-between gap-3 border-t border-line bg-surface px-4 py-3 sm:-mx-6 sm:px-6">
      <Button icon={ArrowLeft} disabled={at === 0} onClick={onBack}>
        Back
      </Button>
      <p className="min-w-0 flex-1 text-right text-xs text-ink-3">{lacks}</p>
      <Button
        type="submit"
        weight="primary"
        icon={last ? Rocket : ArrowRight}
        busy={busy}
        disabled={!ready || (last && !writes)}
      >
        {last ? "Launch" : "Continue"}
      </Button>
    </div>
  );
}
