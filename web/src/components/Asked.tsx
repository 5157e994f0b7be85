/** The life of an answer on the screen: its shape while it is asked for, what went wrong, what it is, and that it is old. */
import type { ReactNode } from "react";
import { asProblem } from "../lib/api/problem";
import { ErrorState, StaleNotice } from "./states";

export interface Answer<Data> {
  data?: Data | undefined;
  error?: unknown;
  isFetching: boolean;
  fulfilledTimeStamp?: number | undefined;
  refetch: () => unknown;
}

interface Props<Data> {
  of: Answer<Data>;
  loading: ReactNode;
  children: (data: Data) => ReactNode;
}

export function Asked<Data>({ of, loading, children }: Props<Data>) {
  const { data, error, isFetching, fulfilledTimeStamp, refetch } = of;
  const retry = () => void refetch();
  if (data === undefined)
    return error ? <ErrorState problem={asProblem(error)} onRetry={retry} busy={isFetching} /> : loading;
  // That the session ended is told elsewhere, and for the whole page.
  const old = error && asProblem(error).status !== 401 && !isFetching && fulfilledTimeStamp;
  return (
    <>
      {old && (
        <div className="mb-3">
          <StaleNotice since={new Date(fulfilledTimeStamp).toISOString()} onRetry={retry} />
        </div>
      )}
      {children(data)}
    </>
  );
}
