/** A page about one thing while it is not there: its shape as it loads, or what went wrong and the way back to the list. */
import type { ReactNode } from "react";
import { asProblem } from "../lib/api/problem";
import { type Answer, Asked } from "./Asked";
import { ButtonLink } from "./Button";
import { Page } from "./Page";
import { SkeletonLines } from "./Skeleton";
import { ErrorState } from "./states";

interface Props<Data> {
  of: Answer<Data>;
  title: string;
  /** As in "Loading the snapshot". */
  what: string;
  back: { to: string; words: string };
  children: (data: Data) => ReactNode;
}

export function PageOf<Data>({ of, title, what, back, children }: Props<Data>) {
  if (of.error && !of.data)
    return (
      <Page title={title}>
        <ErrorState problem={asProblem(of.error)} onRetry={() => void of.refetch()} busy={of.isFetching} />
        <div className="flex justify-center">
          <ButtonLink to={back.to}>{back.words}</ButtonLink>
        </div>
      </Page>
    );
  return (
    <Asked
      of={of}
      loading={
        <Page title={title} wide>
          <SkeletonLines what={what} lines={6} />
        </Page>
      }
    >
      {children}
    </Asked>
  );
}
