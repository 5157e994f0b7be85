/** One instance: what it does now, how to get in, its race, how busy it is, what it has, and all that has happened. */
import { Ellipsis, Settings2 } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { Alert } from "../../components/Alert";
import { Big, Bigs } from "../../components/Bigs";
import { Button, IconButton } from "../../components/Button";
import { Id } from "../../components/copying";
import { Money, Time } from "../../components/figures";
import { Menu } from "../../components/Menu";
import { Group, Page } from "../../components/Page";
import { PageOf } from "../../components/PageOf";
import type { InstanceDetail } from "../../lib/api/generated";
import { size } from "../../lib/bytes";
import { useAllowed } from "../../lib/session/me";
import { fleetApi } from "./api";
import { ChangeInstance } from "./ChangeInstance";
import { Connect } from "./Connect";
import { CourseOf } from "./Course";
import { DestroyInstance } from "./DestroyInstance";
import { gpuWords, MachineLine, Next, StateMark } from "./figures";
import { actLooks, InstanceMenu } from "./InstanceMenu";
import { Logs } from "./Logs";
import { useLiveFleet } from "./live";
import { OperationCard } from "./OperationCard";
import { RaceTrack } from "./RaceTrack";
import { ReceiptCard } from "./Receipt";
import { RentalsOf } from "./RentalsOf";
import { RunOf } from "./Run";
import { Sleeping } from "./Sleeping";
import { StandbyOf } from "./standby/StandbyOf";
import { firstAct, isGone } from "./states";
import { Timeline } from "./Timeline";
import { Utilisation } from "./Utilisation";
import { useInstanceActions } from "./useInstanceActions";

export function InstancePage() {
  const { instanceId = "" } = useParams();
  useLiveFleet(`instance:${instanceId}`);
  const answer = fleetApi.useGetInstanceQuery({ instanceId });
  return (
    <PageOf
      of={answer}
      title="Instance"
      what="the instance"
      back={{ to: "/instances", words: "To all instances" }}
    >
      {(instance) => <Drawn instance={instance} saidAt={answer.fulfilledTimeStamp ?? 0} />}
    </PageOf>
  );
}

function Drawn({ instance, saidAt }: { instance: InstanceDetail; saidAt: number }) {
  const { race, operation } = instance;
  return (
    <Page
      wide
      title={instance.name}
      description={<Subtitle instance={instance} />}
      actions={<Actions instance={instance} />}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
        <Trouble instance={instance} />
        {operation && <OperationCard operation={operation} />}
        {race?.state === "running" && (
          <Group title="Race">
            <RaceTrack race={race} saidAt={saidAt} />
          </Group>
        )}
        <Figures instance={instance} />
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,380px)]">
          <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
            {!isGone(instance.state) && (
              <Group title="Get in">
                <Connect instance={instance} />
              </Group>
            )}
            {race && race.state !== "running" && (
              <Group title={race.attempt_type === "deploy" ? "How it was launched" : "How it was woken"}>
                <RaceTrack race={race} saidAt={saidAt} />
                <ReceiptCard instanceId={instance.id} race={race} />
              </Group>
            )}
            <Group title="How busy it was">
              <Utilisation instanceId={instance.id} />
            </Group>
            <Group title="Logs">
              <Logs instance={instance} />
            </Group>
            <Group title="Machines">
              <RentalsOf instance={instance} />
            </Group>
          </div>
          <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
            <RunOf instance={instance} />
            {!isGone(instance.state) && <CourseOf instance={instance} />}
            {!isGone(instance.state) && <Sleeping instance={instance} />}
            {!isGone(instance.state) && <StandbyOf instance={instance} />}
            <Group title="What has happened">
              <Timeline instanceId={instance.id} />
            </Group>
          </div>
        </div>
      </div>
    </Page>
  );
}

function Subtitle({ instance }: { instance: InstanceDetail }) {
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <StateMark state={instance.state} />
      <span className="text-ink-3">
        since <Time at={instance.state_since} />
      </span>
      {instance.machine && (
        <span className="min-w-0 max-w-full">
          <MachineLine machine={instance.machine} />
        </span>
      )}
      <span className="inline-flex items-center text-ink-3">
        <Id value={instance.id} what="instance id" />
      </span>
    </span>
  );
}

function Actions({ instance }: { instance: InstanceDetail }) {
  const writes = useAllowed("fleet:write");
  const { ask, busy } = useInstanceActions();
  const [doomed, doom] = useState<InstanceDetail | null>(null);
  const [changing, change] = useState(false);
  const first = firstAct(instance);
  if (isGone(instance.state)) return null;
  return (
    <>
      <Button icon={Settings2} disabled={!writes} onClick={() => change(true)}>
        Change
      </Button>
      {first && first !== "destroy" && (
        <Button
          weight="primary"
          icon={actLooks[first].icon}
          busy={busy}
          disabled={!writes}
          onClick={() => void ask(first, instance)}
        >
          {actLooks[first].word}
        </Button>
      )}
      <Menu trigger={<IconButton label={`Actions for ${instance.name}`} icon={Ellipsis} />}>
        <InstanceMenu instance={instance} onDestroy={() => doom(instance)} />
      </Menu>
      <DestroyInstance instance={doomed} onClose={() => doom(null)} />
      <ChangeInstance instance={instance} open={changing} onOpenChange={change} />
    </>
  );
}

/** Why it is not as one would wish, and what to do. */
function Trouble({ instance }: { instance: InstanceDetail }) {
  const { error, operation } = instance;
  if (!error || operation) return null;
  return (
    <Alert tone={instance.state === "failed" ? "danger" : "warning"} title={error.message}>
      {error.hint && <p className="text-ink-2">{error.hint}</p>}
    </Alert>
  );
}

function Figures({ instance }: { instance: InstanceDetail }) {
  const { machine, snapshot, next } = instance;
  return (
    <Bigs>
      <Big name="Costs now" note={machinesWords(instance.machines)}>
        <Money value={instance.price_hour} per="h" />
      </Big>
      <Big name="So far" note="all its machines">
        <Money value={instance.cost} />
      </Big>
      <Big
        name="Machine"
        note={machine?.held ? (machine.region ?? "somewhere") : machine ? "had last" : "none yet"}
      >
        <span className="text-base">{machine ? gpuWords(machine) : "—"}</span>
      </Big>
      <Big
        name="Snapshot"
        note={
          snapshot ? (
            <>
              {snapshot.bytes !== null && `${size(snapshot.bytes)}, `}
              {snapshot.engine === "restic" && "in restic"}
              {snapshot.cost_month !== null && <Money value={snapshot.cost_month} per="month" />}
            </>
          ) : (
            "taken before it sleeps"
          )
        }
      >
        <span className="text-base">{snapshot ? <Time at={snapshot.at} /> : "none"}</span>
      </Big>
      <Big name="Next" note={instance.why}>
        <span className="text-base">{next ? <Next next={next} /> : "nothing by itself"}</span>
      </Big>
    </Bigs>
  );
}

function machinesWords(machines: number): string {
  if (machines === 0) return "no machine is held";
  return machines === 1 ? "one machine" : `${machines} machines`;
}
