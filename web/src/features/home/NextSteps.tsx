/** The list of first steps, each ticked when it is truly done. */
import { ArrowRight, Check, MailOpen } from "lucide-react";
import { Link } from "react-router";
import { Alert } from "../../components/Alert";
import { ButtonLink } from "../../components/Button";
import { Group } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { cx } from "../../lib/classes";
import { plural } from "../../lib/numbers";
import { homeApi } from "./api";

interface Step {
  title: string;
  why: string;
  to: string;
  done: boolean;
}

const ONE = { limit: 1 };

/** Null until all answers are there; an answer that failed counts as not done. */
function useSteps(): Step[] | null {
  const keys = homeApi.useListApiKeysQuery(ONE);
  const teams = homeApi.useListTeamsQuery(ONE);
  const clouds = homeApi.useListProviderKeysQuery(ONE);
  const instances = homeApi.useListInstancesQuery(ONE);
  if ([keys, teams, clouds, instances].some((answer) => answer.isLoading)) return null;
  const has = (answer: { data?: { items: unknown[] } | undefined }) => (answer.data?.items.length ?? 0) > 0;
  return [
    { title: "Open an account", why: "You are in.", to: "/profile", done: true },
    {
      title: "Add a provider key",
      why: "Renting at a cloud needs your key there. It is encrypted at once.",
      to: "/provider-keys",
      done: has(clouds),
    },
    {
      title: "Deploy an instance",
      why: "Say what you need; machines race, and the first one that is useful is yours.",
      to: "/deploy",
      done: has(instances),
    },
    {
      title: "Create an API key",
      why: "Scripts act for you with few scopes instead of your password.",
      to: "/api-keys?new=1",
      done: has(keys),
    },
    {
      title: "Make a team and invite people",
      why: "Machines, money and history will be shared in teams.",
      to: "/teams?new=1",
      done: has(teams),
    },
  ];
}

export function NextSteps() {
  const steps = useSteps();
  const done = steps?.filter((step) => step.done).length ?? 0;
  const next = steps?.find((step) => !step.done);
  if (steps && !next) return <InvitationNote />;
  return (
    <div className="grid gap-4">
      <InvitationNote />
      <Group title="What to do next" aside={steps && <Count done={done} all={steps.length} />}>
        {steps === null ? (
          <SkeletonRows rows={5} what="the first steps" />
        ) : (
          <ol className="divide-y divide-line rounded border border-line">
            {steps.map((step) => (
              <StepLine key={step.title} step={step} next={step === next} />
            ))}
          </ol>
        )}
      </Group>
    </div>
  );
}

function Count({ done, all }: { done: number; all: number }) {
  return (
    <span className="figures text-xs text-ink-3">
      {done} of {all} done
    </span>
  );
}

function StepLine({ step, next }: { step: Step; next: boolean }) {
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <span
        className={cx(
          "flex size-5 shrink-0 items-center justify-center rounded-full border",
          step.done ? "border-transparent bg-ok-soft text-ok" : next ? "border-accent" : "border-line-2",
        )}
      >
        {step.done && <Check aria-hidden className="size-3" strokeWidth={3} />}
        <span className="sr-only">{step.done ? "Done:" : "To do:"}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p className={cx("font-medium", step.done && "text-ink-2")}>{step.title}</p>
        {!step.done && <p className="text-ink-3">{step.why}</p>}
      </div>
      {next ? (
        <ButtonLink to={step.to} weight="primary" size="sm">
          {step.title}
        </ButtonLink>
      ) : (
        <Link
          to={step.to}
          aria-label={step.title}
          className="flex size-7 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink"
        >
          <ArrowRight aria-hidden className="size-4" />
        </Link>
      )}
    </li>
  );
}

function InvitationNote() {
  const { data } = homeApi.useListInvitationsQuery({ limit: 50 });
  const waiting = data?.items.length ?? 0;
  if (waiting === 0) return null;
  return (
    <Alert
      tone="info"
      title={`${plural(waiting, "invitation waits", "invitations wait")} for your answer`}
      action={
        <ButtonLink to="/teams" size="sm" icon={MailOpen}>
          Look
        </ButtonLink>
      }
    />
  );
}
