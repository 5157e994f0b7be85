/** The market: every offer of every provider in one table. The address is the search. */
import { useMemo } from "react";
import { AgesContext, agesOf } from "./ages";
import { OfferTable } from "./OfferTable";
import { QueryBox, queryFault, ReadAs } from "./QueryBox";
import { ReliabilityFilter } from "./ReliabilityFilter";
import { Summary } from "./Summary";
import { one } from "./search";
import { TrayBar } from "./TrayBar";
import { useOffers } from "./useOffers";
import { useSearch } from "./useSearch";
import { saysScore } from "./wanted";

export function Market() {
  const state = useSearch();
  const { list, shown } = useOffers(state.wanted);
  const ages = useMemo(() => agesOf(shown.head, shown.at), [shown.head, shown.at]);
  const fault = queryFault(shown.problem);
  return (
    <AgesContext value={ages}>
      <div className="flex min-h-full flex-col px-4 pt-4 pb-3 sm:px-6 min-[700px]:h-full">
        <title>Market · Dumont Cloud</title>
        <header className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-xl font-semibold">Market</h1>
          <QueryBox typed={state.typed} type={state.type} fault={fault} />
          <div className="ml-auto hidden min-[700px]:block">
            <ReliabilityFilter search={state.search} change={state.change} hidden={shown.head?.hidden} />
          </div>
        </header>
        <div className="mb-2.5 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
          <ReadAs
            scored={saysScore(state.search)}
            asked={Boolean(one(state.search, "q"))}
            read={shown.head?.understood}
            fault={fault}
          />
          <Summary {...{ state, list, shown }} />
        </div>
        <OfferTable {...{ state, list, shown }} />
        <TrayBar />
      </div>
    </AgesContext>
  );
}
