/** One provider in full: how it stands, what came of the last reading, its limits, and what it can and can't do. */
import {
  Ban,
  Check,
  CircleCheck,
  CircleDashed,
  Clock3,
  KeySquare,
  type LucideIcon,
  Minus,
  RefreshCw,
  Snowflake,
  TriangleAlert,
} from "lucide-react";
import { Alert } from "../../components/Alert";
import { Badge, type BadgeTone } from "../../components/Badge";
import { Button, ButtonLink } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { Time } from "../../components/figures";
import { Fact, Facts } from "../../components/Page";
import type { Provider, Standing } from "../../lib/api/generated";
import { count, plural } from "../../lib/numbers";
import { duration } from "../../lib/time";
import { abilityName, adviceFor, type ProviderState, stateExplained, stateOf } from "./providerStates";

const looks: Record<ProviderState, { tone: BadgeTone; icon: LucideIcon; word: string }> = {
  disabled: { tone: "neutral", icon: Ban, word: "Not usable" },
  unset: { tone: "neutral", icon: CircleDashed, word: "No key" },
  frozen: { tone: "info", icon: Snowflake, word: "Frozen" },
  failing: { tone: "danger", icon: TriangleAlert, word: "Failing" },
  stale: { tone: "warning", icon: Clock3, word: "Stale" },
  waiting: { tone: "neutral", icon: Clock3, word: "Not read yet" },
  fresh: { tone: "ok", icon: CircleCheck, word: "Fresh" },
};

export function ProviderStateBadge({ state }: { state: ProviderState }) {
  const { tone, icon, word } = looks[state];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

interface Props {
  provider: Provider;
  onRead: () => void;
  onUnfreeze: () => void;
}

export function ProviderDetail({ provider, onRead, onUnfreeze }: Props) {
  const state = stateOf(provider);
  const { standing } = provider;
  return (
    <div className="grid gap-5 px-5 pt-1 pb-6">
      <div className="grid gap-1.5">
        <span>
          <ProviderStateBadge state={state} />
        </span>
        <p className="text-ink-2">{provider.disabled ?? stateExplained[state]}</p>
      </div>
      <Trouble provider={provider} onUnfreeze={onUnfreeze} />
      {provider.configured && (
        <div>
          <Button icon={RefreshCw} weight="primary" onClick={onRead}>
            Read now
          </Button>
        </div>
      )}
      <Facts>
        <Fact name="Offers">{count(provider.offers)}</Fact>
        <Fact name="Complete list">
          <Time at={provider.last_complete_at} />
        </Fact>
        <Fact name="Last reading">
          <Time at={provider.last_sync_at} />
        </Fact>
        {standing?.next_at && provider.configured && (
          <Fact name="Read again">
            <Time at={standing.next_at} />
          </Fact>
        )}
        {standing && Object.keys(standing.waits).length > 0 && (
          <Fact name="Calls allowed">
            <Waits waits={standing.waits} />
          </Fact>
        )}
        {provider.site && (
          <Fact name="Site">
            <a href={provider.site} target="_blank" rel="noreferrer" className="underline underline-offset-2">
              {provider.site.replace(/^https?:\/\//, "")}
            </a>
          </Fact>
        )}
      </Facts>
      {standing?.report && <LastReport report={standing.report} />}
      <Abilities provider={provider} />
      <CliHint command={`dumont provider test ${provider.name}`} />
    </div>
  );
}

function Trouble({ provider, onUnfreeze }: Omit<Props, "onRead">) {
  const { standing } = provider;
  if (provider.disabled) return null;
  return (
    <>
      {standing?.frozen_reason && (
        <Alert
          tone="info"
          title="Frozen"
          action={
            <Button size="sm" icon={Snowflake} onClick={onUnfreeze}>
              Unfreeze
            </Button>
          }
        >
          <p>{standing.frozen_reason}</p>
          <p className="text-ink-2">
            Since <Time at={standing.frozen_at} /> nothing is stopped or ended there by itself.
          </p>
        </Alert>
      )}
      {!provider.configured && (
        <Alert
          tone="info"
          title={provider.why_not ?? "There is no key for it."}
          action={
            <ButtonLink to="/provider-keys" size="sm" icon={KeySquare}>
              Add key
            </ButtonLink>
          }
        >
          {provider.where && <p className="text-ink-2">A key is made at: {provider.where}</p>}
        </Alert>
      )}
      {provider.configured && provider.error_code && (
        <Alert tone="danger" title={standing?.error ?? provider.error_code}>
          <p>{adviceFor(provider.error_code)}</p>
          {standing && standing.failures > 1 && (
            <p className="text-ink-2">{plural(standing.failures, "failure")} in a row.</p>
          )}
        </Alert>
      )}
    </>
  );
}

function Waits({ waits }: { waits: Standing["waits"] }) {
  return (
    <ul>
      {Object.entries(waits).map(([group, seconds]) => (
        <li key={group}>
          <span className="text-ink-2">{group}</span>{" "}
          {seconds <= 0 ? "now" : <span className="text-warning">in {duration(seconds)}</span>}
        </li>
      ))}
    </ul>
  );
}

function LastReport({ report }: { report: NonNullable<Standing["report"]> }) {
  const figures: [string, number | undefined][] = [
    ["In the answer", report.fetched],
    ["New", report.added],
    ["Changed", report.updated],
    ["Gone", report.gone],
    ["Not readable", report.skipped],
    ["Parts of GPUs, not shown", report.slices],
    ["GPUs without a known name", report.unnamed],
  ];
  return (
    <section aria-label="The last reading" className="grid gap-2">
      <h3 className="font-medium">The last reading</h3>
      <Facts>
        {figures.map(([name, value]) => (
          <Fact key={name} name={name}>
            <span className="figures">{count(value ?? 0)}</span>
          </Fact>
        ))}
        <Fact name="Whole list">{report.complete ? "Yes" : "No: what is missing may still be there"}</Fact>
        <Fact name="Took">{duration(report.seconds ?? 0)}</Fact>
      </Facts>
      {(report.notes ?? []).map((note) => (
        <p key={note} className="text-ink-2">
          {note}
        </p>
      ))}
    </section>
  );
}

function Abilities({ provider }: { provider: Provider }) {
  return (
    <section aria-label="What it can do" className="grid gap-2">
      <h3 className="font-medium">What it can do</h3>
      <ul className="grid gap-1">
        {Object.entries(provider.can).map(([key, can]) => (
          <li key={key} className="flex items-start gap-2">
            {can ? (
              <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            ) : (
              <Minus aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
            )}
            <span className={can ? undefined : "text-ink-3"}>
              {abilityName(key)}
              <span className="sr-only">{can ? ": yes" : ": no"}</span>
              {!can && provider.cannot[key] && <>: {provider.cannot[key]}</>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
