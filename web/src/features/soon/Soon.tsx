/** An area that is not built yet says what it will be and what can be done today; an unknown address says so too. */
import { ArrowRight, CircleDashed, Compass } from "lucide-react";
import { useParams } from "react-router";
import { Badge } from "../../components/Badge";
import { ButtonLink } from "../../components/Button";
import { Page } from "../../components/Page";
import { EmptyState } from "../../components/states";
import { type ComingArea, comingAreas } from "./areas";

export function Soon() {
  const { area = "" } = useParams();
  const coming = comingAreas[area];
  return coming ? <Coming area={coming} /> : <NotFound />;
}

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        icon={Compass}
        title="There is no page at this address"
        action={
          <ButtonLink to="/" weight="primary">
            Go to the start page
          </ButtonLink>
        }
      >
        <p>It may have moved, or a letter went missing. Ctrl-K or ⌘K finds every page.</p>
      </EmptyState>
    </Page>
  );
}

function Coming({ area }: { area: ComingArea }) {
  return (
    <Page title={area.title} description={area.purpose}>
      <div className="grid gap-8 lg:grid-cols-[minmax(0,1fr)_320px]">
        <section aria-label="What it will do">
          <div className="flex items-center gap-2">
            <Badge icon={CircleDashed}>Not built yet</Badge>
            <span className="text-ink-3">What it will do:</span>
          </div>
          <dl className="mt-4 border-t border-line">
            {area.will.map(([name, what]) => (
              <div key={name} className="grid gap-x-6 border-b border-line py-3 sm:grid-cols-[200px_1fr]">
                <dt className="font-medium">{name}</dt>
                <dd className="text-ink-2">{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <aside aria-label="Today" className="h-fit rounded border border-line bg-canvas p-4">
          <h2 className="font-semibold">What you can do today</h2>
          <p className="mt-1 text-ink-2">{area.today.words}</p>
          {area.today.link && (
            <ButtonLink to={area.today.link.to} icon={ArrowRight} className="mt-3">
              {area.today.link.label}
            </ButtonLink>
          )}
        </aside>
      </div>
    </Page>
  );
}
