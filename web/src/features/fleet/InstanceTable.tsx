/** Instances in a table, the newest first; filters stand in the address. */
import { Rocket, Search, Server } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Asked } from "../../components/Asked";
import { ButtonLink } from "../../components/Button";
import { CodeBlock } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Money, Time } from "../../components/figures";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Instance } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useAllowed } from "../../lib/session/me";
import { fleetApi, fleetLists } from "./api";
import { DestroyInstance } from "./DestroyInstance";
import { Busy, MachineLine, Next, OperationLine, StateMark } from "./figures";
import { InstanceMenu } from "./InstanceMenu";
import { stateLooks } from "./states";

const none = <span className="text-ink-3">—</span>;

const columns: Column<Instance>[] = [
  {
    id: "name",
    title: "Name",
    cell: (instance) => (
      <Link
        to={`/instances/${instance.id}`}
        className="inline-flex min-h-6 max-w-full items-center truncate font-medium hover:underline"
      >
        <span className="truncate">{instance.name}</span>
      </Link>
    ),
    width: 160,
    grows: true,
    fixed: true,
    link: true,
  },
  {
    id: "state",
    title: "State",
    cell: (instance) => <StateMark state={instance.state} />,
    width: 132,
    card: "aside",
  },
  {
    id: "next",
    title: "Now and next",
    cell: (instance) =>
      instance.operation ? (
        <OperationLine operation={instance.operation} name={instance.name} />
      ) : instance.next ? (
        <Next next={instance.next} />
      ) : (
        none
      ),
    width: 196,
  },
  {
    id: "machine",
    title: "Machine",
    cell: (instance) => <MachineLine machine={instance.machine} />,
    width: 240,
    grows: true,
  },
  {
    id: "busy",
    title: "Busy",
    cell: (instance) => <Busy utilisation={instance.utilisation} name={instance.name} />,
    width: 148,
    roomy: true,
  },
  {
    id: "snapshot",
    title: "Snapshot",
    cell: (instance) => (instance.snapshot ? <Time at={instance.snapshot.at} /> : none),
    width: 104,
    roomy: true,
  },
  {
    id: "price",
    title: "Now",
    cell: (instance) => <Money value={instance.price_hour} per="h" />,
    align: "right",
    width: 96,
  },
  {
    id: "cost",
    title: "So far",
    cell: (instance) => <Money value={instance.cost} />,
    align: "right",
    width: 92,
  },
  {
    id: "since",
    title: "Since",
    cell: (instance) => <Time at={instance.state_since} />,
    width: 92,
    roomy: "very",
  },
];

const KEYS = ["state", "name", "team_id"];

function useChoices(): FilterChoice[] {
  const { data: teams } = fleetApi.useListTeamsQuery({ limit: 100 });
  const options = (teams?.items ?? []).map((team) => ({ value: team.id, label: team.name }));
  return [
    {
      key: "state",
      title: "State",
      options: Object.entries(stateLooks).map(([value, { word }]) => ({ value, label: word })),
    },
    { key: "name", title: "Name", placeholder: "its whole name" },
    ...(options.length ? [{ key: "team_id", title: "Team", options }] : []),
  ];
}

export function InstanceTable() {
  const { values } = useFilters(KEYS);
  const answer = fleetLists.useInstancePagesInfiniteQuery(values);
  const choices = useChoices();
  const navigate = useNavigate();
  const [doomed, doom] = useState<Instance | null>(null);
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <Asked of={answer} loading={<SkeletonRows rows={6} what="instances" />}>
        {(data) => (
          <DataTable
            id="instances"
            label="Instances"
            columns={columns}
            rows={rowsOf(data)}
            rowKey={(instance) => instance.id}
            rowName={(instance) => instance.name}
            fingerprint={(instance) => instance.state}
            onOpen={(instance) => void navigate(`/instances/${instance.id}`)}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar choices={choices} />}
            actions={(instance) => <InstanceMenu instance={instance} onDestroy={doom} open />}
            empty={filtered ? nothingFits : <NothingYet />}
          />
        )}
      </Asked>
      <DestroyInstance instance={doomed} onClose={() => doom(null)} />
    </>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No instance fits">
    <p>Take a filter away to see more. Destroyed ones are shown only when they are asked for.</p>
  </EmptyState>
);

function NothingYet() {
  const writes = useAllowed("fleet:write");
  return (
    <EmptyState
      icon={Server}
      title="No instance yet"
      action={
        writes && (
          <ButtonLink to="/deploy" weight="primary" icon={Rocket}>
            Deploy one
          </ButtonLink>
        )
      }
    >
      {!writes && <p>You may look at instances here, and not launch any: an administrator can allow it.</p>}
      <p>
        Say what you need; machines race, and the first one that is useful is yours. From a terminal it is one
        line:
      </p>
      <div className="mt-3 text-left">
        <CodeBlock code="dumont launch --gpus 'RTX 4090'" what="example" prompt />
      </div>
    </EmptyState>
  );
}
