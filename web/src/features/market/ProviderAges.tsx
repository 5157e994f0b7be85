/** How old the offers of each provider are, in one line that opens to all of them. */

import { useContext } from "react";
import { Time } from "../../components/figures";
import { Peek } from "../../components/Peek";
import { count, plural } from "../../lib/numbers";
import { AgesContext } from "./ages";
import { StaleMark } from "./cells";
import type { Head } from "./list";
import { providerTitle } from "./names";
import { PeekTitle } from "./peeks";

export function ProviderAges({ head }: { head: Head }) {
  const known = head.providers.filter((provider) => provider.offers > 0);
  const stale = known.filter((provider) => provider.stale).length;
  if (known.length === 0) return null;
  const words = `${plural(known.length, "provider")}${stale > 0 ? `, ${stale} stale` : ""}`;
  return (
    <Peek label={`${words}. Show how old each one's offers are`} content={() => <Ages head={head} />}>
      <span className="inline-flex items-center gap-1">
        {stale > 0 && <StaleMark />}
        {words}
      </span>
    </Peek>
  );
}

function Ages({ head }: { head: Head }) {
  const ages = useContext(AgesContext);
  return (
    <>
      <PeekTitle title="Seen last">{plural(head.providers.length, "provider")}</PeekTitle>
      <dl className="mt-2 grid gap-1">
        {head.providers.map(({ name, offers, stale, error }) => (
          <div key={name} className="flex items-baseline justify-between gap-3">
            <dt className="flex min-w-0 items-center gap-1 text-ink-2">
              {providerTitle(name)}
              {stale && offers > 0 && <StaleMark />}
              {error && <span className="text-warning">does not answer</span>}
            </dt>
            <dd className="figures shrink-0">
              <span className="text-ink-3">{count(offers)} · </span>
              <Time at={ages.get(name)} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-ink-3">Offers of a provider that is not heard for long count as gone.</p>
    </>
  );
}
