/** Figures, charts and the table, on sample values. */
import { Eye } from "lucide-react";
import { useMemo, useState } from "react";
import { StateBadge } from "../../components/Badge";
import { Chart } from "../../components/Chart";
import { type Column, DataTable } from "../../components/DataTable";
import { Delta, Money, MoneyDelta, Num, Score, Time } from "../../components/figures";
import { Heatmap } from "../../components/Heatmap";
import { MenuItem } from "../../components/Menu";
import { Fact, Facts } from "../../components/Page";
import { Progress } from "../../components/Progress";
import { Sparkline } from "../../components/Sparkline";
import { EmptyState } from "../../components/states";
import { percent } from "../../lib/numbers";
import { toast } from "../../lib/toasts";
import type { Theme } from "./Design";
import { heat, machines, prices, type SampleMachine, sequence } from "./samples";

const scoreParts = [
  { name: "Attempts that succeeded", value: 91, weight: 0.5 },
  { name: "Uptime in 30 days", value: 88, weight: 0.3 },
  { name: "Ratings", value: 70, weight: 0.2 },
];
const states = ["queued", "waiting", "running", "succeeded", "failed", "cancelled", "disabled", "expired"];
const next = sequence(5);
const spark = Array.from({ length: 40 }, (_, at) => (at > 17 && at < 22 ? null : next()));

export function Figures() {
  const [moments] = useState(() => ({
    past: new Date(Date.now() - 200_000).toISOString(),
    soon: new Date(Date.now() + 83_000).toISOString(),
  }));
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap gap-1.5">
        {states.map((state) => (
          <StateBadge key={state} state={state} />
        ))}
      </div>
      <div className="grid gap-6 md:grid-cols-2">
        <Facts>
          <Fact name="Price">
            <Money value="0.4121" per="h" />
          </Fact>
          <Fact name="Small price">
            <Money value="0.00083" per="GB" />
          </Fact>
          <Fact name="Balance">
            <Money value="1204.5" />
          </Fact>
          <Fact name="Change">
            <Delta value={-12.4} good="down" /> <MoneyDelta value="-3.20" />
          </Fact>
          <Fact name="Count">
            <Num value={128_430} unit="offers" />
          </Fact>
          <Fact name="Seen">
            <Time at={moments.past} />
          </Fact>
          <Fact name="Reliability">
            <Score label="Reliability" value={86} parts={scoreParts} at={moments.past} />
          </Fact>
          <Fact name="Load">
            <Sparkline values={spark} label="Load over the last hour, between 4 and 97 percent" />
          </Fact>
        </Facts>
        <div className="grid content-start gap-4">
          <Progress
            label="Training"
            stage="Training, fold 3 of 5"
            percent={62}
            done={31_200}
            total={50_000}
            unit="rows"
            rate={420}
            eta={moments.soon}
          />
          <Progress label="Looking for machines" percent={null} />
          <Progress label="Failed" stage="Stopped: the provider refused the key" percent={38} tone="danger" />
        </div>
      </div>
    </div>
  );
}

const dollars = (value: number) => `$${value.toFixed(2)}/h`;
const share = (value: number) => percent(value);

export function Charts({ theme }: { theme: Theme }) {
  const data = useMemo(prices, []);
  const shades = useMemo(heat, []);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <Chart label={`Price of a day, sample (${theme})`} {...data} words={dollars} />
      <Heatmap label={`Interruptions by type and hour, sample (${theme})`} {...shades} words={share} />
    </div>
  );
}

const columns: Column<SampleMachine>[] = [
  {
    id: "id",
    title: "Machine",
    cell: (row) => <code className="text-xs">{row.id}</code>,
    sortBy: (row) => row.id,
    width: 132,
    fixed: true,
  },
  { id: "gpu", title: "GPU", cell: (row) => row.gpu, sortBy: (row) => row.gpu },
  { id: "place", title: "Place", cell: (row) => row.place, sortBy: (row) => row.place },
  {
    id: "state",
    title: "State",
    cell: (row) => <StateBadge state={row.state} />,
    sortBy: (row) => row.state,
    width: 132,
    card: "aside",
  },
  {
    id: "load",
    title: "Load",
    cell: (row) => `${row.load}%`,
    sortBy: (row) => row.load,
    align: "right",
    width: 80,
  },
  {
    id: "price",
    title: "Price",
    cell: (row) => <Money value={row.price} per="h" />,
    sortBy: (row) => Number(row.price),
    align: "right",
    width: 100,
  },
];

export function Tables({ theme }: { theme: Theme }) {
  const rows = useMemo(() => machines(theme === "light" ? 10_000 : 200), [theme]);
  return (
    <DataTable
      id={`sample-${theme}`}
      label={`Sample machines (${theme})`}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      rowName={(row) => row.id}
      onOpen={(row) => toast({ tone: "info", title: row.id, detail: `${row.gpu} in ${row.place}` })}
      actions={(row) => (
        <MenuItem icon={Eye} onSelect={() => toast({ tone: "info", title: row.id })}>
          Look at it
        </MenuItem>
      )}
      empty={<EmptyState icon={Eye} title="Nothing" />}
      hotkeys={theme === "light"}
      toolbar={<span className="text-ink-3">Search and filters stand here</span>}
    />
  );
}
