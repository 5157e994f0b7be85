/** Two to six offers side by side; who wins a row is said by an icon and a word. */
import { Columns3, Store, Trophy, X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link, useSearchParams } from "react-router";
import { Asked } from "../../../components/Asked";
import { ButtonLink, IconButton } from "../../../components/Button";
import { Page } from "../../../components/Page";
import { SkeletonRows } from "../../../components/Skeleton";
import { EmptyState } from "../../../components/states";
import type { Comparison, Offer } from "../../../lib/api/generated";
import { cx } from "../../../lib/classes";
import { marketQuestions } from "../api";
import { ReliabilityCell } from "../cells";
import { gpuWords, placeOf, providerTitle } from "../names";
import { useMarketRenewing } from "../news";
import { compareAddress, TRAY_LEAST, TRAY_MOST, takeOut, useTray } from "../tray";
import { valueWords } from "./values";

export function Compare() {
  const [params, setParams] = useSearchParams();
  const tray = useTray();
  const given = params.getAll("id").slice(0, TRAY_MOST);
  const laid = tray.map((each) => each.id);
  const ids = given.length > 0 ? given : laid;
  // The address says what is compared, so that it can be sent.
  useEffect(() => {
    if (given.length === 0 && laid.length >= TRAY_LEAST)
      setParams(new URLSearchParams(compareAddress(laid).split("?")[1]), { replace: true });
  });
  const remove = (id: string) => {
    takeOut(id);
    setParams(new URLSearchParams(ids.filter((each) => each !== id).map((each) => ["id", each])), {
      replace: true,
    });
  };
  return (
    <Page
      wide
      title="Compare"
      description="Offers side by side, row by row. The address is the comparison: send it to somebody."
      actions={
        <ButtonLink to="/market" icon={Store}>
          Choose more
        </ButtonLink>
      }
    >
      {ids.length >= TRAY_LEAST ? <Compared ids={ids} onRemove={remove} /> : <TooFew count={ids.length} />}
    </Page>
  );
}

function TooFew({ count }: { count: number }) {
  return (
    <EmptyState
      icon={Columns3}
      title={count === 1 ? "One offer is laid aside" : "Nothing to compare yet"}
      action={
        <ButtonLink to="/market" weight="primary">
          Choose in the market
        </ButtonLink>
      }
    >
      <p>Tick two to six offers in the market; they wait in a tray at its foot.</p>
    </EmptyState>
  );
}

function Compared({ ids, onRemove }: { ids: string[]; onRemove: (id: string) => void }) {
  const answer = marketQuestions.useComparisonQuery({ ids });
  useMarketRenewing();
  return (
    <Asked of={answer} loading={<SkeletonRows rows={12} what="the comparison" />}>
      {(comparison) => <Table comparison={comparison} onRemove={onRemove} />}
    </Asked>
  );
}

const head = "sticky left-0 z-10 bg-surface px-3 py-2 text-left font-normal text-ink-3";

function Table({ comparison, onRemove }: { comparison: Comparison; onRemove: (id: string) => void }) {
  const { offers, rows, winner } = comparison;
  return (
    <section
      aria-label="Comparison, scrolls"
      tabIndex={0}
      className="thin-scroll overflow-x-auto rounded border border-line outline-offset-[-2px]"
    >
      <table aria-label="Comparison" className="w-full border-separate border-spacing-0">
        <thead>
          <tr>
            <th scope="col" className={cx(head, "border-b border-line")}>
              <span className="sr-only">Figure</span>
            </th>
            {offers.map((offer, at) => (
              <th
                key={offer.id}
                scope="col"
                className={cx(
                  "min-w-40 border-b border-l border-line px-3 py-2.5 text-left align-top font-normal",
                  at === winner && "bg-accent-soft",
                )}
              >
                <OfferHead offer={offer} best={at === winner} onRemove={() => onRemove(offer.id)} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.field} className="group/row">
              <th scope="row" className={cx(head, "border-b border-line group-last/row:border-b-0")}>
                {row.title}
              </th>
              {row.values.map((value, at) => (
                <td
                  key={offers[at]?.id}
                  className={cx(
                    "figures border-b border-l border-line px-3 py-2 group-last/row:border-b-0",
                    at === winner && "bg-accent-soft",
                  )}
                >
                  <Value wins={row.winners.includes(at) && row.winners.length < offers.length}>
                    {valueWords(row, value)}
                  </Value>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function OfferHead({ offer, best, onRemove }: { offer: Offer; best: boolean; onRemove: () => void }) {
  return (
    <div className="grid gap-0.5">
      <div className="flex items-start justify-between gap-2">
        <Link to={`/market/${offer.id}`} className="font-medium hover:underline">
          {gpuWords(offer)}
        </Link>
        <IconButton
          label={`Take out ${gpuWords(offer)} at ${providerTitle(offer.provider)}`}
          icon={X}
          size="xs"
          quiet
          onClick={onRemove}
          className="-mt-0.5 -mr-1.5"
        />
      </div>
      <span className="text-ink-2">{providerTitle(offer.provider)}</span>
      <span className="text-xs text-ink-3">{placeOf(offer)}</span>
      <span className="mt-1">
        <ReliabilityCell offer={offer} />
      </span>
      <span className="mt-1 min-h-5">
        {best && (
          <span className="inline-flex items-center gap-1 text-xs font-medium text-accent-ink">
            <Trophy aria-hidden className="size-3.5" /> Best of all
          </span>
        )}
      </span>
    </div>
  );
}

function Value({ wins, children }: { wins: boolean; children: ReactNode }) {
  if (!wins) return <span className="text-ink-2">{children}</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <span className="font-medium">{children}</span>
      <span className="inline-flex items-center gap-1 text-xs text-ok">
        <Trophy aria-hidden className="size-3" /> best
      </span>
    </span>
  );
}
