/** The frame of a page: its title for the tab and the reader, what it is, its actions; and sections with their words beside them. */
import type { ReactNode } from "react";
import { cx } from "../lib/classes";

interface PageProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** A table uses the whole width; forms and words a measured one. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, description, actions, wide = false, children }: PageProps) {
  return (
    <div className={cx("px-4 pt-5 pb-8 sm:px-6", !wide && "max-w-6xl")}>
      <title>{`${title} · Dumont Cloud`}</title>
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold">{title}</h1>
          {description && <p className="mt-0.5 max-w-2xl text-ink-2">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** Words on the left, what they are about on the right; one below the other where it is narrow. */
export function Section({ title, description, actions, children }: SectionProps) {
  return (
    <section
      aria-label={title}
      className="grid gap-x-10 gap-y-4 border-t border-line py-6 first-of-type:border-t-0 first-of-type:pt-1 md:grid-cols-[minmax(180px,260px)_minmax(0,1fr)]"
    >
      <div>
        <h2 className="text-base font-semibold">{title}</h2>
        {description && <p className="mt-1 text-ink-3">{description}</p>}
        {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

/** A group with a title above it, on pages that have several views of things. */
export function Group({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3">
      <div className="flex min-h-7 items-center justify-between gap-3">
        <h2 className="text-base font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and values of one thing, in two columns. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-6 gap-y-2">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
