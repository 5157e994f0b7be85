/** Keys of accounts at GPU clouds: they go in sealed, and only their last characters are seen again. */
import { KeySquare, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { MenuItem, RowMenu } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import type { ProviderKey } from "../../lib/api/generated";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";
import { ProviderKeyDialog } from "./ProviderKeyDialog";
import { formsOf, type ProviderForms, useProviders } from "./providers";

/** What the dialog is about: a provider, or "other" for one that is written by hand. */
type Subject = string | null;

export function ProviderKeys() {
  const answer = accountsApi.useListProviderKeysQuery({ limit: 200 });
  const providers = useProviders();
  const forms = formsOf(providers.data?.items ?? []);
  const [subject, setSubject] = useState<Subject>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  const [remove] = accountsApi.useDeleteProviderKeyMutation();
  return (
    <Page
      title="Provider keys"
      description="Keys of your own accounts at GPU clouds. They are encrypted before they are stored, and never shown again."
      actions={
        <Button icon={Plus} onClick={() => setSubject("other")}>
          Other provider
        </Button>
      }
    >
      <Asked of={providers} loading={<SkeletonRows rows={8} what="providers" />}>
        {() => (
          <Asked of={answer} loading={<SkeletonRows rows={8} what="provider keys" />}>
            {({ items }) => (
              <ul className="divide-y divide-line rounded border border-line">
                {namesOf(forms, items).map((provider) => (
                  <ProviderLine
                    key={provider}
                    provider={provider}
                    name={forms.titleOf(provider)}
                    stored={items.find((item) => item.provider === provider)}
                    onSet={() => setSubject(provider)}
                    onRemove={() => setDoomed(provider)}
                  />
                ))}
              </ul>
            )}
          </Asked>
        )}
      </Asked>
      <p className="mt-3 max-w-2xl text-ink-3">
        Offers are read with an administrator's keys, or with those of the server's settings. The machine at
        hand needs none.
      </p>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont provider-keys set vast" />
      </div>
      <ProviderKeyDialog subject={subject} forms={forms} onClose={() => setSubject(null)} />
      <ConfirmDialog
        open={doomed !== null}
        onOpenChange={() => setDoomed(null)}
        title={`Forget the key of ${forms.titleOf(doomed ?? "")}?`}
        consequence="It is deleted here and can't be read back; machines there can't be reached without it. The key at the provider stays valid: revoke it there too if it has leaked."
        verb="Forget key"
        act={async () => {
          if (doomed === null) return;
          await remove({ provider: doomed }).unwrap();
          toast({ title: `Key of ${forms.titleOf(doomed)} forgotten` });
        }}
      />
    </Page>
  );
}

/** Those that are known, then those that somebody added by hand. */
function namesOf(forms: ProviderForms, items: ProviderKey[]): string[] {
  return [...new Set([...forms.all.map((provider) => provider.name), ...items.map((item) => item.provider)])];
}

interface LineProps {
  provider: string;
  name: string;
  stored: ProviderKey | undefined;
  onSet: () => void;
  onRemove: () => void;
}

function ProviderLine({ provider, name, stored, onSet, onRemove }: LineProps) {
  return (
    <li className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <KeySquare aria-hidden className={stored ? "size-4 text-accent-ink" : "size-4 text-ink-3"} />
      <div className="min-w-0 flex-1 basis-32">
        <p className="font-medium">
          {name} <code className="ml-1 text-xs font-normal text-ink-3">{provider}</code>
        </p>
        {stored && (
          <p className="flex flex-wrap gap-x-3 text-xs text-ink-3">
            {Object.entries(stored.fields).map(([field, ending]) => (
              <span key={field}>
                {field} <code>{ending}</code>
              </span>
            ))}
          </p>
        )}
      </div>
      {stored ? (
        <>
          <Badge tone="ok">Stored</Badge>
          <span className="hidden w-20 text-right text-xs text-ink-3 sm:block">
            <Time at={stored.updated_at} />
          </span>
          <RowMenu of={name}>
            <MenuItem icon={Pencil} onSelect={onSet}>
              Replace
            </MenuItem>
            <MenuItem icon={Trash2} danger onSelect={onRemove}>
              Forget
            </MenuItem>
          </RowMenu>
        </>
      ) : (
        <Button size="sm" onClick={onSet}>
          Add key<span className="sr-only"> of {name}</span>
        </Button>
      )}
    </li>
  );
}
