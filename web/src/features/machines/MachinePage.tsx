/** One machine with its past: how reliable it is and why, thirty days, every attempt, what people say, what it is offered as. */
import { ShieldX } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Button, ButtonLink } from "../../components/Button";
import { CliHint, Id } from "../../components/copying";
import { Time } from "../../components/figures";
import { Group, Page } from "../../components/Page";
import { ReliabilityMark } from "../../components/ReliabilityBadge";
import { Skeleton, SkeletonLines } from "../../components/Skeleton";
import { ErrorState } from "../../components/states";
import { ThirtyDays } from "../../components/ThirtyDays";
import type { MachineDetail } from "../../lib/api/generated";
import { asProblem } from "../../lib/api/problem";
import { useRenewing } from "../../lib/live/renewing";
import { machinesApi } from "../../lib/machines/api";
import { keyOf } from "../../lib/machines/standing";
import { providerTitle } from "../../lib/providerNames";
import { useSession } from "../../lib/session/session";
import { Attempts } from "./Attempts";
import { historyApi, type MachineName } from "./api";
import { AddToBlacklist } from "./BlacklistDialogs";
import { BlacklistNotice } from "./BlacklistNotice";
import { BootTimes } from "./BootTimes";
import { Figures } from "./Figures";
import { MachineOffers } from "./MachineOffers";
import { Ratings } from "./Ratings";
import { Reasons } from "./Reasons";
import { ScoreCard } from "./ScoreCard";

export function MachinePage() {
  const { provider = "", machineId = "" } = useParams();
  useRenewing("machines");
  const answer = historyApi.useGetMachineHistoryQuery({ provider, machineId });
  if (answer.error && !answer.data) return <Unknown name={{ provider, machineId }} answer={answer} />;
  return (
    <Asked
      of={answer}
      loading={
        <Page title={machineId} wide>
          <SkeletonLines what="the machine" lines={6} />
        </Page>
      }
    >
      {(machine) => <Drawn machine={machine} />}
    </Asked>
  );
}

interface UnknownProps {
  name: MachineName;
  answer: { error?: unknown; isFetching: boolean; refetch: () => unknown };
}

function Unknown({ name, answer }: UnknownProps) {
  return (
    <Page title={name.machineId} description={providerTitle(name.provider)}>
      <ErrorState
        problem={asProblem(answer.error)}
        onRetry={() => void answer.refetch()}
        busy={answer.isFetching}
      />
      <div className="flex justify-center gap-2">
        <ButtonLink to="/machines">To all machines</ButtonLink>
        <ButtonLink
          to={`/blacklist?new=${encodeURIComponent(keyOf(name.provider, name.machineId))}`}
          icon={ShieldX}
        >
          Keep away from it
        </ButtonLink>
      </div>
    </Page>
  );
}

function Drawn({ machine }: { machine: MachineDetail }) {
  const name = { provider: machine.provider, machineId: machine.machine_id };
  return (
    <Page
      wide
      title={machine.machine_id}
      description={<Subtitle machine={machine} />}
      actions={<KeepAway machine={machine} />}
    >
      <div className="grid gap-8">
        {machine.blacklist && <BlacklistNotice entry={machine.blacklist} />}
        <Figures machine={machine} />
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_320px]">
          <LastDays machineKey={machine.key} />
          <ScoreCard machine={machine} />
        </div>
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
          <Group title="Boot times">
            <BootTimes machine={machine} />
          </Group>
          <Group title="Why attempts failed">
            <Reasons
              counts={Object.entries(machine.failure_reasons)}
              none={machine.total_attempts ? "No attempt failed." : "Nothing was tried yet."}
            />
          </Group>
        </div>
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
          <Ratings machineKey={machine.key} />
          <MachineOffers machine={machine} />
        </div>
        <Group title="Attempts">
          <Attempts name={name} />
        </Group>
        <div className="max-w-2xl">
          <CliHint command={`dumont history show ${machine.key}`} />
        </div>
      </div>
    </Page>
  );
}

function LastDays({ machineKey }: { machineKey: string }) {
  const answer = machinesApi.useGetReliabilityHistoryQuery({ machineId: machineKey });
  return (
    <section aria-label="The last 30 days" className="min-w-0">
      <Asked of={answer} loading={<Skeleton className="h-65" />}>
        {({ days }) => <ThirtyDays days={days} />}
      </Asked>
    </section>
  );
}

function Subtitle({ machine }: { machine: MachineDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <ReliabilityMark known={machine} />
      {providerTitle(machine.provider)}
      <span className="inline-flex items-center text-ink-3">
        <Id value={machine.key} what="machine" />
      </span>
      <span className="text-ink-3">
        · last tried <Time at={machine.last_attempt_at} />
      </span>
    </span>
  );
}

function KeepAway({ machine }: { machine: MachineDetail }) {
  const [open, show] = useState(false);
  const signedIn = useSession() === "signed-in";
  const mine = machine.blacklist?.blacklist_type === "manual";
  if (!signedIn || mine) return null;
  return (
    <>
      <Button icon={ShieldX} onClick={() => show(true)}>
        Keep away from it
      </Button>
      <AddToBlacklist
        open={open}
        onOpenChange={show}
        machine={{ provider: machine.provider, machineId: machine.machine_id }}
      />
    </>
  );
}
