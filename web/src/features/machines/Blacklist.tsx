/** Machines that are kept out: those now, those that were and who let them in, adding one and taking one off. */
import { History as HistoryIcon, Plus, Search, ShieldCheck, ShieldX } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button, ButtonLink } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import { Tabs } from "../../components/Tabs";
import type { BlacklistEntry } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useRenewing } from "../../lib/live/renewing";
import { pathOf } from "../../lib/machines/standing";
import { providerNames, providerTitle } from "../../lib/providerNames";
import { useSession } from "../../lib/session/session";
import { historyLists } from "./api";
import { AddToBlacklist, RemoveFromBlacklist } from "./BlacklistDialogs";
import { useMayRemove } from "./rights";
import { endingWords, kindExplained, kindWords, machineOf } from "./words";

const choices: FilterChoice[] = [
  {
    key: "provider",
    title: "Provider",
    options: providerNames.map((value) => ({ value, label: providerTitle(value) })),
  },
  {
    key: "type",
    title: "Type",
    options: Object.entries(kindWords).map(([value, label]) => ({ value, label })),
  },
];

const lead: Column<BlacklistEntry>[] = [
  {
    id: "machine",
    title: "Machine",
    cell: ({ provider, machine_id: id }) => (
      <Link
        to={pathOf(provider, id)}
        className="inline-flex min-h-6 max-w-full items-center font-medium hover:underline"
      >
        <span className="truncate">{id}</span>
      </Link>
    ),
    width: 176,
    fixed: true,
    link: true,
  },
  { id: "provider", title: "Provider", cell: ({ provider }) => providerTitle(provider), width: 124 },
  { id: "type", title: "Type", cell: (entry) => <Kind entry={entry} />, width: 112, card: "aside" },
  {
    id: "whose",
    title: "For",
    cell: ({ for_everyone: all }) => (all ? "Everyone" : "You"),
    width: 92,
  },
  {
    id: "reason",
    title: "Reason",
    cell: ({ reason }) => (
      <span title={reason} className="text-ink-2">
        {reason}
      </span>
    ),
  },
];

const now: Column<BlacklistEntry>[] = [
  ...lead,
  {
    id: "since",
    title: "Since",
    cell: ({ created_at: at }) => <Time at={at} />,
    align: "right",
    width: 104,
  },
  {
    id: "until",
    title: "Ends",
    cell: ({ expires_at: at }) => (at ? <Time at={at} /> : <span className="text-ink-3">no end</span>),
    align: "right",
    width: 104,
  },
];

const before: Column<BlacklistEntry>[] = [
  ...lead,
  {
    id: "why",
    title: "How it ended",
    cell: (entry) => (
      <span title={entry.ended_why ?? undefined}>
        {entry.ended_by && <span className="text-ink-3">Taken off: </span>}
        {endingWords(entry)}
      </span>
    ),
  },
  {
    id: "since",
    title: "Since",
    cell: ({ created_at: at }) => <Time at={at} />,
    align: "right",
    width: 104,
    roomy: true,
  },
  {
    id: "ended",
    title: "Ended",
    cell: ({ ended_at: at }) => <Time at={at} />,
    align: "right",
    width: 104,
  },
];

function Kind({ entry }: { entry: BlacklistEntry }) {
  const kind = entry.blacklist_type;
  return (
    <span title={kindExplained[kind]}>
      <Badge tone={kind === "automatic" ? "danger" : kind === "temporary" ? "warning" : "neutral"}>
        {kindWords[kind]}
      </Badge>
    </span>
  );
}

export function Blacklist() {
  const [params, setParams] = useSearchParams();
  const signedIn = useSession() === "signed-in";
  useRenewing("machines");
  const alter = (change: (next: URLSearchParams) => void) =>
    setParams(
      (earlier) => {
        const next = new URLSearchParams(earlier);
        change(next);
        return next;
      },
      { replace: true },
    );
  const show = (open: boolean) =>
    alter((next) => {
      if (open) next.set("new", "1");
      else next.delete("new");
    });
  const named = params.get("new") ?? "1";
  const machine = named === "1" ? undefined : machineOf("vast", named);
  const view = params.get("view") ?? "now";
  return (
    <Page
      wide
      title="Blacklist"
      description="Machines that are left out of searches, and that no race, wake or failover chooses."
      actions={<Add signedIn={signedIn} onAdd={() => show(true)} />}
    >
      <Tabs
        label="Views of the blacklist"
        value={view}
        onChange={(next) => alter((to) => (next === "now" ? to.delete("view") : to.set("view", next)))}
        tabs={[
          { key: "now", title: "Kept out now", view: <Entries active onAdd={() => show(true)} /> },
          { key: "before", title: "History", view: <Entries active={false} onAdd={() => show(true)} /> },
        ]}
      />
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont history blacklist ls" />
      </div>
      <AddToBlacklist open={signedIn && params.has("new")} onOpenChange={show} machine={machine} />
    </Page>
  );
}

function Add({ signedIn, onAdd }: { signedIn: boolean; onAdd: () => void }) {
  if (!signedIn)
    return (
      <ButtonLink to={`/sign-in?next=${encodeURIComponent("/blacklist?new=1")}`}>Sign in to add</ButtonLink>
    );
  return (
    <Button weight="primary" icon={Plus} onClick={onAdd}>
      Add machine
    </Button>
  );
}

function Entries({ active, onAdd }: { active: boolean; onAdd: () => void }) {
  const { values } = useFilters(["provider", "type"]);
  const answer = historyLists.useBlacklistPagesInfiniteQuery({ ...values, active: String(active) });
  const [asked, ask] = useState<BlacklistEntry | null>(null);
  const navigate = useNavigate();
  const open = (entry: BlacklistEntry) => void navigate(pathOf(entry.provider, entry.machine_id));
  const filtered = Object.values(values).some(Boolean);
  return (
    <>
      <Asked of={answer} loading={<SkeletonRows rows={8} what="the blacklist" />}>
        {(data) => (
          <DataTable
            id={active ? "blacklist" : "blacklist-history"}
            label={active ? "Blacklist" : "Ended entries"}
            columns={active ? now : before}
            rows={rowsOf(data)}
            rowKey={(entry) => entry.id}
            rowName={(entry) => entry.key}
            fingerprint={(entry) => `${entry.reason} ${entry.active}`}
            onOpen={open}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar choices={choices} />}
            actions={(entry) => <Actions entry={entry} onOpen={open} onRemove={ask} />}
            empty={filtered ? nothingFits : active ? <Nobody onAdd={onAdd} /> : nothingEnded}
          />
        )}
      </Asked>
      <RemoveFromBlacklist entry={asked} onClose={() => ask(null)} />
    </>
  );
}

interface ActionsProps {
  entry: BlacklistEntry;
  onOpen: (entry: BlacklistEntry) => void;
  onRemove: (entry: BlacklistEntry) => void;
}

function Actions({ entry, onOpen, onRemove }: ActionsProps) {
  const mayRemove = useMayRemove();
  return (
    <>
      <MenuItem icon={HistoryIcon} keys="Enter" onSelect={() => onOpen(entry)}>
        Open machine
      </MenuItem>
      {entry.active && (
        <MenuItem icon={ShieldX} danger disabled={!mayRemove(entry)} onSelect={() => onRemove(entry)}>
          Take it off
        </MenuItem>
      )}
    </>
  );
}

function Nobody({ onAdd }: { onAdd: () => void }) {
  const signedIn = useSession() === "signed-in";
  return (
    <EmptyState
      icon={ShieldCheck}
      title="No machine is kept out"
      action={
        signedIn && (
          <Button icon={Plus} onClick={onAdd}>
            Add machine
          </Button>
        )
      }
    >
      <p>A machine that fails too often comes here by itself, for a while.</p>
    </EmptyState>
  );
}

const nothingFits = (
  <EmptyState icon={Search} title="No entry fits">
    <p>Take a filter away to see more.</p>
  </EmptyState>
);
const nothingEnded = (
  <EmptyState icon={HistoryIcon} title="No entry has ended yet">
    <p>Entries that ran out or were taken off stay here, with who did it and why.</p>
  </EmptyState>
);
