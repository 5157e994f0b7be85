/** The clouds: which can be read, how old what is known of them is, what is wrong, and reading them now. */
import { CloudOff, Eye, RefreshCw, Snowflake } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { ConfirmDialog, Sheet } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { MenuItem } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Provider } from "../../lib/api/generated";
import { useRenewing } from "../../lib/live/renewing";
import { count } from "../../lib/numbers";
import { toast, toastProblem } from "../../lib/toasts";
import { adminApi } from "./api";
import { ProviderDetail, ProviderStateBadge } from "./ProviderDetail";
import { stateOf } from "./providerStates";
import { Readings } from "./Readings";

const columns: Column<Provider>[] = [
  {
    id: "title",
    title: "Provider",
    cell: (provider) => <span className="font-medium">{provider.title}</span>,
    sortBy: (provider) => provider.title,
    fixed: true,
    width: 168,
  },
  {
    id: "state",
    title: "State",
    cell: (provider) => <ProviderStateBadge state={stateOf(provider)} />,
    sortBy: (provider) => stateOf(provider),
    width: 132,
    card: "aside",
  },
  {
    id: "offers",
    title: "Offers",
    cell: (provider) => count(provider.offers),
    sortBy: (provider) => provider.offers,
    highestFirst: true,
    align: "right",
    width: 88,
  },
  {
    id: "age",
    title: "Complete list",
    cell: (provider) => <Time at={provider.last_complete_at} />,
    sortBy: (provider) => provider.last_complete_at ?? "",
    align: "right",
    width: 116,
  },
  {
    id: "next",
    title: "Read again",
    cell: (provider) => (provider.configured ? <Time at={provider.standing?.next_at} /> : "—"),
    align: "right",
    width: 104,
    roomy: true,
  },
  { id: "note", title: "What is wrong", cell: (provider) => <Wrong provider={provider} /> },
];

function Wrong({ provider }: { provider: Provider }) {
  const words =
    provider.disabled ??
    provider.standing?.frozen_reason ??
    provider.why_not ??
    provider.standing?.error ??
    provider.error_code;
  if (!words) return <span className="text-ink-3">—</span>;
  return (
    <span title={words} className="text-ink-2">
      {words}
    </span>
  );
}

export function Providers() {
  const answer = adminApi.useListProvidersQuery(undefined, {
    pollingInterval: 15_000,
    skipPollingIfUnfocused: true,
  });
  const [opened, open] = useState<string | null>(null);
  const [frozen, ask] = useState<Provider | null>(null);
  const [jobs, follow] = useState<readonly { provider: string; job_id: string }[]>([]);
  const [syncAll, { isLoading: startingAll }] = adminApi.useSyncProvidersMutation();
  const [syncOne] = adminApi.useSyncProviderMutation();
  const [unfreeze] = adminApi.useUnfreezeProviderMutation();
  useRenewing("providers");
  const shown = answer.data?.items.find((provider) => provider.name === opened);
  const titles = Object.fromEntries((answer.data?.items ?? []).map(({ name, title }) => [name, title]));
  const begin = async (start: () => Promise<{ jobs: { provider: string; job_id: string }[] }>) => {
    try {
      const { jobs: begun } = await start();
      follow((before) => [
        ...before.filter((job) => !begun.some(({ provider }) => provider === job.provider)),
        ...begun,
      ]);
      if (begun.length === 0) toast({ tone: "info", title: "No provider can be read: none has a key" });
    } catch (error) {
      toastProblem(error);
    }
  };
  const read = (provider: Provider) => void begin(() => syncOne({ name: provider.name }).unwrap());
  return (
    <Page
      wide
      title="Providers"
      description="The clouds whose offers are in the market, and how each of them stands."
      actions={
        <Button icon={RefreshCw} busy={startingAll} onClick={() => void begin(() => syncAll().unwrap())}>
          Read all now
        </Button>
      }
    >
      <Readings jobs={jobs} titles={titles} onClose={() => follow([])} />
      <Asked of={answer} loading={<SkeletonRows rows={9} what="providers" />}>
        {({ items }) => (
          <DataTable
            id="providers"
            label="Providers"
            columns={columns}
            rows={items}
            rowKey={(provider) => provider.name}
            rowName={(provider) => provider.title}
            onOpen={(provider) => open(provider.name)}
            fingerprint={(provider) => `${stateOf(provider)} ${provider.offers}`}
            hotkeys
            actions={(provider) => (
              <>
                <MenuItem icon={Eye} onSelect={() => open(provider.name)}>
                  Open
                </MenuItem>
                <MenuItem icon={RefreshCw} disabled={!provider.configured} onSelect={() => read(provider)}>
                  Read now
                </MenuItem>
                {provider.standing?.frozen_reason && (
                  <MenuItem icon={Snowflake} onSelect={() => ask(provider)}>
                    Unfreeze
                  </MenuItem>
                )}
              </>
            )}
            empty={<EmptyState icon={CloudOff} title="This server knows no provider" />}
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont provider ls" />
      </div>
      <Sheet
        open={shown !== undefined}
        onOpenChange={(next) => !next && open(null)}
        title={shown?.title ?? "Provider"}
      >
        {shown && (
          <ProviderDetail provider={shown} onRead={() => read(shown)} onUnfreeze={() => ask(shown)} />
        )}
      </Sheet>
      <ConfirmDialog
        open={frozen !== null}
        onOpenChange={(next) => !next && ask(null)}
        title={`Unfreeze ${frozen?.title ?? ""}`}
        verb="Unfreeze"
        consequence={
          <>
            <p>It was frozen because: {frozen?.standing?.frozen_reason}.</p>
            <p className="mt-2">
              From then on machines there are stopped and ended again when their time has come. Look at its
              console first: what it says must agree with what is shown here.
            </p>
          </>
        }
        act={async () => {
          if (frozen) await unfreeze({ name: frozen.name }).unwrap();
          toast({ title: `${frozen?.title} is no longer frozen` });
        }}
      />
    </Page>
  );
}
