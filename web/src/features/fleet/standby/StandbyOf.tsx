/** The second machine of one instance: how fresh its copy is, switching it, rehearsing a loss, and past ones. */
import { FlaskConical } from "lucide-react";
import { Alert } from "../../../components/Alert";
import { Asked } from "../../../components/Asked";
import { Button } from "../../../components/Button";
import { Time } from "../../../components/figures";
import { Fact, Facts, Group } from "../../../components/Page";
import { Switch } from "../../../components/toggles";
import type { Failover, InstanceDetail } from "../../../lib/api/generated";
import { useAllowed } from "../../../lib/session/me";
import { duration } from "../../../lib/time";
import { toast, toastProblem } from "../../../lib/toasts";
import { fleetApi } from "../api";
import { stageWords } from "../words";
import { kindWords, StandbyMark } from "./looks";

export function StandbyOf({ instance }: { instance: InstanceDetail }) {
  const { standby } = instance;
  const past = fleetApi.useShowInstanceStandbyQuery({ instanceId: instance.id });
  const on = standby?.enabled === true;
  return (
    <Group title="Standby" aside={<StandbyMark standby={standby} />}>
      <OnOff instance={instance} />
      {on && (
        <Facts>
          <Fact name="Machine">{kindWords(standby)}</Fact>
          <Fact name="Copy">
            {standby.synced_at ? (
              <>
                as of <Time at={standby.synced_at} />, every {duration(standby.sync_seconds, 1)}
              </>
            ) : (
              "none yet"
            )}
          </Fact>
        </Facts>
      )}
      {on && standby.error && <Alert tone="warning" title={standby.error.message} />}
      {on && <Rehearsal instance={instance} />}
      <Asked of={past} loading={null}>
        {({ failovers }) => failovers.length > 0 && <Failovers failovers={failovers.slice(0, 5)} />}
      </Asked>
    </Group>
  );
}

function OnOff({ instance }: { instance: InstanceDetail }) {
  const writes = useAllowed("fleet:write");
  const [put, putting] = fleetApi.usePutInstanceStandbyMutation();
  const on = instance.standby?.enabled === true;
  const turn = (enabled: boolean) =>
    put({ instanceId: instance.id, body: { enabled } })
      .unwrap()
      .then(() =>
        toast({ title: enabled ? "A second machine is being rented" : "The second machine is given up" }),
      )
      .catch(toastProblem);
  return (
    <Switch
      label="Keep a second machine"
      hint="It holds a copy of the workspace: when this one is lost, your files are there in seconds."
      checked={on}
      disabled={!writes || putting.isLoading}
      onChange={(next) => void turn(next)}
    />
  );
}

function Rehearsal({ instance }: { instance: InstanceDetail }) {
  const writes = useAllowed("fleet:write");
  const [test, testing] = fleetApi.useTestInstanceStandbyMutation();
  return (
    <Button
      size="sm"
      icon={FlaskConical}
      className="justify-self-start"
      busy={testing.isLoading}
      disabled={!writes || instance.state !== "running"}
      onClick={() =>
        void test({ instanceId: instance.id })
          .unwrap()
          .then(() => toast({ title: "Rehearsing a loss; nothing moves" }))
          .catch(toastProblem)
      }
    >
      Rehearse a loss
    </Button>
  );
}

export function Failovers({ failovers }: { failovers: readonly Failover[] }) {
  return (
    <ul aria-label="Losses and rehearsals" className="grid grid-cols-[minmax(0,1fr)] border-t border-line">
      {failovers.map((failover) => (
        <li key={failover.id} className="border-b border-line py-2">
          <p className="flex items-baseline justify-between gap-3">
            <span className="font-medium">{failover.rehearsal ? "Rehearsal" : failover.why}</span>
            <span className="shrink-0 text-xs text-ink-3">
              <Time at={failover.began_at} />
            </span>
          </p>
          <p className="figures text-xs text-ink-2">
            {Object.entries(failover.stages)
              .map(([stage, seconds]) => `${stageWords(stage)} ${duration(seconds, 1)}`)
              .join(" · ")}
          </p>
          <p className="figures text-xs text-ink-3">
            {failover.lost_seconds === null
              ? "No work lost is known of."
              : `${duration(failover.lost_seconds)} of work ${failover.rehearsal ? "would be" : "were"} lost.`}
          </p>
        </li>
      ))}
    </ul>
  );
}
