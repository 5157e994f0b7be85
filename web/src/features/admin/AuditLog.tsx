/** Who did what, when and from where: everybody's changes, in the order of time, with their details. */
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { CliHint, CodeBlock, Id } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { Sheet } from "../../components/Dialog";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { Fact, Facts, Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { AuditEntry } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useRenewing } from "../../lib/live/renewing";
import { absolute } from "../../lib/time";
import { adminLists } from "./api";

const who = (entry: AuditEntry) =>
  entry.actor_email ?? (entry.actor_id ? entry.actor_id.slice(0, 8) : "system");

const columns: Column<AuditEntry>[] = [
  { id: "at", title: "When", cell: (entry) => <Time at={entry.at} />, width: 104, card: "aside" },
  { id: "who", title: "Who", cell: who, width: 240 },
  { id: "what", title: "What", cell: (entry) => entry.summary, fixed: true, card: "head" },
  {
    id: "action",
    title: "Action",
    cell: (entry) => <code className="text-xs text-ink-2">{entry.action}</code>,
    width: 208,
  },
  { id: "ip", roomy: true, title: "From", cell: (entry) => entry.ip || "—", width: 128 },
  {
    id: "object",
    title: "Object",
    cell: (entry) => <code className="text-xs text-ink-3">{entry.object_id || "—"}</code>,
    width: 200,
    hidden: true,
  },
  {
    id: "request",
    title: "Request",
    cell: (entry) => <code className="text-xs text-ink-3">{entry.request_id || "—"}</code>,
    width: 200,
    hidden: true,
  },
];

const things = ["account", "api_key", "job", "password", "provider_key", "session", "team"];
const choices: FilterChoice[] = [
  { key: "action", title: "Action", placeholder: "team.invited" },
  { key: "actor", title: "Who", placeholder: "address or id" },
  {
    key: "object_type",
    title: "About",
    options: things.map((thing) => ({ value: thing, label: thing.replace("_", " ") })),
  },
  { key: "object_id", title: "Object", placeholder: "id" },
  { key: "since", title: "Since", moment: true },
  { key: "until", title: "Until", moment: true },
];

export function AuditLog() {
  const { values } = useFilters(choices.map((choice) => choice.key));
  const answer = adminLists.useAuditPagesInfiniteQuery(values);
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  useRenewing("audit");
  return (
    <Page wide title="Audit log" description="Every change by anyone, the newest first. Nobody can alter it.">
      <Asked of={answer} loading={<SkeletonRows rows={12} what="the audit log" />}>
        {(data) => (
          <DataTable
            id="audit"
            label="Audit log"
            columns={columns}
            rows={rowsOf(data)}
            rowKey={(entry) => entry.id}
            rowName={(entry) => entry.summary}
            onOpen={setOpened}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar choices={choices} />}
            empty={
              <EmptyState icon={ScrollText} title="No entry fits">
                <p>Take a filter away to see more.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont audit ls --everyone" />
      </div>
      <Sheet open={opened !== null} onOpenChange={() => setOpened(null)} title={opened?.summary ?? ""}>
        {opened && <Entry entry={opened} />}
      </Sheet>
    </Page>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <div className="grid gap-5 px-5 pt-1 pb-6">
      <Facts>
        <Fact name="When">{absolute(entry.at)}</Fact>
        <Fact name="Who">{who(entry)}</Fact>
        <Fact name="Action">
          <code className="text-xs">{entry.action}</code>
        </Fact>
        <Fact name="About">{entry.object_type || "—"}</Fact>
        {entry.object_id && (
          <Fact name="Object">
            <Id value={entry.object_id} what="object id" />
          </Fact>
        )}
        <Fact name="From">{entry.ip || "—"}</Fact>
        {entry.request_id && (
          <Fact name="Request">
            <Id value={entry.request_id} what="request id" />
          </Fact>
        )}
        <Fact name="Entry">
          <Id value={entry.id} what="entry id" />
        </Fact>
      </Facts>
      <div className="grid gap-2">
        <h3 className="font-medium">Details</h3>
        <CodeBlock code={JSON.stringify(entry.details, null, 2)} what="details" />
      </div>
    </div>
  );
}
