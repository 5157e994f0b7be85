/** The machines that would race, in their order: one may be put first, and what was left out is said. */
import { Crown, Search, TriangleAlert } from "lucide-react";
import { Badge } from "../../../components/Badge";
import { Button } from "../../../components/Button";
import { type Column, DataTable } from "../../../components/DataTable";
import { Money, scoreTone } from "../../../components/figures";
import { Peek } from "../../../components/Peek";
import { EmptyState } from "../../../components/states";
import type { Candidate, LaunchPlan } from "../../../lib/api/generated";
import { count } from "../../../lib/numbers";
import { providerTitle } from "../../../lib/providerNames";
import { Warnings } from "./Warnings";

interface Props {
  plan: LaunchPlan;
  first: string | null;
  onFirst: (offerId: string | null) => void;
}

export function MachinesStep({ plan, first, onFirst }: Props) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-ink-2">
        {count(plan.fitting)} offers fit. These would race, {plan.machines} at a time, until one is useful.
      </p>
      <Warnings warnings={plan.warnings.filter(({ code }) => code !== "no_ssh_key")} />
      <DataTable
        id="deploy.candidates"
        label="Machines that would race"
        columns={columnsOf(first, onFirst)}
        rows={plan.candidates}
        rowKey={(candidate) => candidate.offer_id}
        rowName={(candidate) => `${candidate.provider} ${candidate.machine_id}`}
        empty={
          <EmptyState icon={Search} title="No machine fits">
            <p>Take something back of what you need: the price, the count, or the place.</p>
          </EmptyState>
        }
      />
    </div>
  );
}

function columnsOf(first: string | null, onFirst: Props["onFirst"]): Column<Candidate>[] {
  return [
    {
      id: "machine",
      title: "Machine",
      cell: (candidate) => (
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate">
            <span className="font-medium">{providerTitle(candidate.provider)}</span> {candidate.machine_id}
          </span>
          {candidate.offer_id === first && (
            <Badge tone="accent" icon={Crown}>
              First
            </Badge>
          )}
          {candidate.doubts.length > 0 && <Doubts of={candidate} />}
        </span>
      ),
      width: 180,
      grows: true,
      fixed: true,
    },
    {
      id: "gpu",
      title: "GPU",
      cell: ({ gpu_name: name, gpu_count: gpus }) => (name ? `${gpus}× ${name}` : "none"),
      width: 148,
    },
    { id: "region", title: "Place", cell: ({ region }) => region ?? "—", width: 140, roomy: true },
    {
      id: "reliability",
      title: "Reliability",
      cell: ({ reliability_score: score }) =>
        score === null ? (
          <span className="text-ink-3">not known</span>
        ) : (
          <Badge tone={scoreTone(score).tone}>
            <span className="figures">{Math.round(score)}</span>
          </Badge>
        ),
      width: 112,
    },
    {
      id: "boot",
      title: "Boots in",
      cell: (candidate) => <Boots candidate={candidate} />,
      align: "right",
      width: 112,
    },
    {
      id: "effective",
      title: "Effective",
      cell: ({ effective_price_hour: price }) => (price ? <Money value={price} per="h" /> : "—"),
      align: "right",
      width: 104,
      roomy: true,
    },
    {
      id: "price",
      title: "Price",
      cell: ({ price_hour: price }) => <Money value={price} per="h" />,
      align: "right",
      width: 104,
      card: "aside",
    },
    { id: "round", title: "Round", cell: ({ round }) => round, align: "right", width: 72 },
    {
      id: "first",
      title: "Put first",
      silent: true,
      cell: (candidate, stop) => (
        <Button
          size="sm"
          weight="ghost"
          tabIndex={stop}
          aria-pressed={candidate.offer_id === first}
          onClick={() => onFirst(candidate.offer_id === first ? null : candidate.offer_id)}
        >
          {candidate.offer_id === first ? "Any" : "Put first"}
        </Button>
      ),
      width: 92,
    },
  ];
}

/** Why one might think twice, on hover, on focus and by a press. */
function Doubts({ of }: { of: Candidate }) {
  const words = of.doubts.length === 1 ? "1 doubt" : `${of.doubts.length} doubts`;
  return (
    <Peek
      label={`${words} about ${of.provider} ${of.machine_id}: ${of.doubts.join(" ")}`}
      content={() => (
        <ul className="grid gap-1.5">
          {of.doubts.map((doubt) => (
            <li key={doubt}>{doubt}</li>
          ))}
        </ul>
      )}
    >
      <Badge tone="warning" icon={TriangleAlert}>
        {words}
      </Badge>
    </Peek>
  );
}

function Boots({ candidate }: { candidate: Candidate }) {
  const { boot_seconds_p50: usual, boot_seconds_p95: slow, boots } = candidate;
  if (usual === null) return <span className="text-ink-3">not known</span>;
  return (
    <span className="figures" title={`Learned from ${boots} boots`}>
      {Math.round(usual)}
      <span className="text-xs text-ink-3">{slow !== null && ` to ${Math.round(slow)}`} s</span>
    </span>
  );
}
