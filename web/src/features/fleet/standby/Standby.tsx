/** Second machines: what is usual, and every instance with how fresh its copy is. */
import { HeartPulse } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Asked } from "../../../components/Asked";
import { Button, ButtonLink } from "../../../components/Button";
import { type Column, DataTable } from "../../../components/DataTable";
import { Form, FormActions, useFormRequest } from "../../../components/Form";
import { TextField } from "../../../components/fields";
import { Time } from "../../../components/figures";
import { Group, Page } from "../../../components/Page";
import { SelectField } from "../../../components/Select";
import { SkeletonLines } from "../../../components/Skeleton";
import { EmptyState } from "../../../components/states";
import { Switch } from "../../../components/toggles";
import type { StandbyOfInstance, StandbyUsual } from "../../../lib/api/generated";
import { typedNumber } from "../../../lib/numbers";
import { providerNames, providerTitle } from "../../../lib/providerNames";
import { useAllowed } from "../../../lib/session/me";
import { duration } from "../../../lib/time";
import { toast } from "../../../lib/toasts";
import { fleetApi } from "../api";
import { StateMark } from "../figures";
import { FollowFleet } from "../live";
import { Whose } from "../Whose";
import { kindWords, StandbyMark } from "./looks";

export function Standby() {
  const answer = fleetApi.useShowStandbysQuery({});
  return (
    <Page
      wide
      title="Standby"
      description="A small machine that holds a copy of your work, for the minute in which a GPU disappears."
    >
      <FollowFleet />
      <Asked of={answer} loading={<SkeletonLines what="second machines" lines={6} />}>
        {({ items }) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
            <Table rows={items} />
            <Group title="What is usual">
              <UsualOfOne />
            </Group>
          </div>
        )}
      </Asked>
    </Page>
  );
}

const none = <span className="text-ink-3">—</span>;

const columns: Column<StandbyOfInstance>[] = [
  {
    id: "name",
    title: "Instance",
    cell: ({ instance_id: id, name }) => (
      <Link
        to={`/instances/${id}`}
        className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
      >
        <span className="truncate">{name}</span>
      </Link>
    ),
    width: 160,
    grows: true,
    fixed: true,
    link: true,
  },
  { id: "state", title: "Instance is", cell: ({ state }) => <StateMark state={state} />, width: 132 },
  {
    id: "standby",
    title: "Standby",
    cell: ({ standby }) => <StandbyMark standby={standby} />,
    width: 112,
    card: "aside",
  },
  {
    id: "machine",
    title: "Machine",
    cell: ({ standby }) => (standby?.enabled ? kindWords(standby) : none),
    width: 200,
    grows: true,
  },
  {
    id: "copy",
    title: "Copy as of",
    cell: ({ standby }) => (standby?.synced_at ? <Time at={standby.synced_at} /> : none),
    width: 112,
  },
  {
    id: "every",
    title: "Every",
    cell: ({ standby }) =>
      standby?.enabled ? <span className="figures">{duration(standby.sync_seconds, 1)}</span> : none,
    align: "right",
    width: 84,
  },
];

function Table({ rows }: { rows: readonly StandbyOfInstance[] }) {
  const navigate = useNavigate();
  return (
    <DataTable
      id="standby"
      label="Second machines"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.instance_id}
      rowName={(row) => row.name}
      fingerprint={(row) => row.standby?.state ?? ""}
      onOpen={(row) => void navigate(`/instances/${row.instance_id}`)}
      empty={
        <EmptyState
          icon={HeartPulse}
          title="No instance has a second machine"
          action={<ButtonLink to="/instances">To the instances</ButtonLink>}
        >
          <p>Switch it on at an instance, or make it usual below.</p>
        </EmptyState>
      }
    />
  );
}

const kinds = [
  { value: "cpu", label: "CPU", detail: "files and a shell, for cents" },
  { value: "gpu", label: "Warm GPU", detail: "a second machine like the first" },
] as const;

function UsualOfOne() {
  const [teamId, choose] = useState<string | null>(null);
  const answer = fleetApi.useShowStandbysQuery(teamId ? { teamId } : {});
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <Whose teamId={teamId} onChange={choose} />
      <Asked key={teamId} of={answer} loading={<SkeletonLines what="what is usual" lines={3} />}>
        {({ usual }) => <Usual key={`${teamId} ${JSON.stringify(usual)}`} usual={usual} teamId={teamId} />}
      </Asked>
    </div>
  );
}

function Usual({ usual, teamId }: { usual: StandbyUsual; teamId: string | null }) {
  const writes = useAllowed("fleet:write");
  const [enabled, enable] = useState(usual.enabled);
  const [kind, setKind] = useState<StandbyUsual["kind"]>(usual.kind);
  const [provider, setProvider] = useState(usual.provider);
  const [type, setType] = useState(usual.machine_type);
  const [seconds, setSeconds] = useState(String(usual.sync_seconds));
  const [put] = fleetApi.usePutStandbyUsualMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const wish = { enabled, kind, provider, machine_type: type.trim(), sync_seconds: typedNumber(seconds) };
    const body = { ...wish, team_id: teamId };
    if (await submit(() => put({ body }).unwrap()))
      toast({ title: "Kept for instances launched from now on" });
  };
  return (
    <div className="max-w-3xl">
      <Form
        label="What is usual"
        fields={["provider", "machine_type", "sync_seconds"]}
        problem={problem}
        onSubmit={() => void send()}
      >
        <Switch
          label="New instances get one"
          hint="Without being asked; each can still be switched by itself."
          checked={enabled}
          onChange={enable}
        />
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <SelectField label="Kind" value={kind} options={kinds} onChange={setKind} />
          <SelectField
            label="Where"
            name="provider"
            value={provider}
            options={providerNames.map((value) => ({ value, label: providerTitle(value) }))}
            onChange={setProvider}
          />
          <TextField
            label="Machine type"
            name="machine_type"
            optional
            value={type}
            placeholder="the cheapest"
            onChange={(event) => setType(event.target.value)}
          />
          <TextField
            label="Copy every, seconds"
            name="sync_seconds"
            inputMode="numeric"
            value={seconds}
            onChange={(event) => setSeconds(event.target.value)}
          />
        </div>
        <FormActions>
          <Button type="submit" weight="primary" busy={busy} disabled={!writes}>
            Keep
          </Button>
        </FormActions>
      </Form>
    </div>
  );
}
