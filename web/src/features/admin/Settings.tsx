/** How the server is configured: each setting, what it is, and where that comes from. Read-only: the files are the truth. */
import { Search } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Badge, type BadgeTone } from "../../components/Badge";
import { CliHint, CodeBlock } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { Sheet } from "../../components/Dialog";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Fact, Facts, Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Setting } from "../../lib/api/generated";
import { adminApi } from "./api";

const tones: Record<Setting["source"], BadgeTone> = {
  default: "neutral",
  toml: "info",
  environment: "accent",
};
const sources: Record<Setting["source"], string> = {
  default: "Default",
  toml: "dumont.toml",
  environment: "Environment",
};

const columns: Column<Setting>[] = [
  {
    id: "name",
    title: "Setting",
    cell: (setting) => <code className="text-xs">{setting.toml || setting.name}</code>,
    sortBy: (setting) => setting.toml,
    fixed: true,
    width: 216,
  },
  { id: "value", title: "Value", cell: (setting) => <Value setting={setting} />, width: 152 },
  {
    id: "source",
    title: "From",
    cell: (setting) => <Badge tone={tones[setting.source]}>{sources[setting.source]}</Badge>,
    sortBy: (setting) => setting.source,
    width: 104,
    card: "aside",
  },
  {
    id: "env",
    roomy: true,
    title: "Variable",
    cell: (setting) => <code className="text-xs text-ink-3">{setting.env.join(", ")}</code>,
    width: 260,
  },
  {
    id: "words",
    title: "What it is",
    cell: (setting) => <span title={setting.description}>{setting.description}</span>,
  },
  {
    id: "default",
    title: "Default",
    cell: (setting) => <code className="text-xs text-ink-3">{setting.default || "—"}</code>,
    width: 160,
    hidden: true,
  },
];

const choices: FilterChoice[] = [
  {
    key: "source",
    title: "From",
    options: Object.entries(sources).map(([value, label]) => ({ value, label })),
  },
];

export function Settings() {
  const answer = adminApi.useListSettingsQuery();
  const { values } = useFilters(["q", "source"]);
  const [opened, setOpened] = useState<Setting | null>(null);
  return (
    <Page
      wide
      title="Settings"
      description="What this server runs with. It is changed there, not here: the environment goes before dumont.toml, that before the defaults, and a change counts after a restart."
    >
      <Asked of={answer} loading={<SkeletonRows rows={12} what="settings" />}>
        {({ items }) => (
          <DataTable
            id="settings"
            label="Settings"
            columns={columns}
            rows={items.filter((setting) => fits(setting, values.q, values.source))}
            rowKey={(setting) => setting.name}
            rowName={(setting) => setting.name}
            onOpen={setOpened}
            hotkeys
            toolbar={<FilterBar search={{ key: "q", label: "Search settings" }} choices={choices} />}
            empty={
              <EmptyState icon={Search} title="No setting fits">
                <p>Search for another word.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont config show" />
      </div>
      <Sheet open={opened !== null} onOpenChange={() => setOpened(null)} title={opened?.toml ?? ""}>
        {opened && <Opened setting={opened} />}
      </Sheet>
    </Page>
  );
}

function Opened({ setting }: { setting: Setting }) {
  const example = setting.secret ? "…" : setting.value || setting.default || "…";
  return (
    <div className="grid gap-5 px-5 pt-1 pb-6">
      <p className="text-ink-2">{setting.description}</p>
      <Facts>
        <Fact name="Value">
          <Value setting={setting} />
        </Fact>
        <Fact name="From">
          <Badge tone={tones[setting.source]}>{sources[setting.source]}</Badge>
        </Fact>
        <Fact name="Default">
          <code className="text-xs">{setting.default || "none"}</code>
        </Fact>
      </Facts>
      <div className="grid gap-1.5">
        <p className="text-xs text-ink-3">In the environment, the first that is set wins</p>
        <CodeBlock code={setting.env.map((name) => `${name}=${example}`).join("\n")} what="variables" />
      </div>
      <div className="grid gap-1.5">
        <p className="text-xs text-ink-3">Its name in dumont.toml</p>
        <CodeBlock code={setting.toml} what="name" />
      </div>
    </div>
  );
}

function fits(setting: Setting, text = "", source: string | undefined): boolean {
  if (source && setting.source !== source) return false;
  const all = `${setting.name} ${setting.toml} ${setting.env.join(" ")} ${setting.description}`.toLowerCase();
  return all.includes(text.toLowerCase());
}

function Value({ setting }: { setting: Setting }) {
  if (setting.secret)
    return <Badge tone={setting.value ? "ok" : "neutral"}>{setting.value ? "Set, secret" : "Not set"}</Badge>;
  if (setting.value === "") return <span className="text-ink-3">not set</span>;
  return (
    <code className="text-xs" title={setting.value}>
      {setting.value}
    </code>
  );
}
