/** The frame of the pages before signing in: a narrow form, and beside it on a wide screen what this is. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Wordmark } from "../../components/Mark";

interface Props {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  below?: ReactNode;
}

export function AuthFrame({ title, description, children, below }: Props) {
  return (
    <div className="grid min-h-dvh bg-surface lg:grid-cols-[minmax(440px,5fr)_6fr]">
      <title>{`${title} · Dumont Cloud`}</title>
      <main className="flex flex-col px-6 py-6 sm:px-10">
        <div>
          <Link to="/" aria-label="Dumont Cloud, home" className="-mx-1 inline-block rounded px-1">
            <Wordmark />
          </Link>
        </div>
        <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-10">
          <h1 className="text-xl font-semibold">{title}</h1>
          {description && <p className="mt-1 text-ink-2">{description}</p>}
          <div className="mt-6">{children}</div>
          {below && <div className="mt-6 text-ink-2">{below}</div>}
        </div>
      </main>
      <aside
        aria-label="About Dumont Cloud"
        className="relative hidden overflow-hidden border-l border-line bg-canvas lg:block"
      >
        <Wings />
        <div className="absolute inset-x-0 bottom-0 p-12">
          <p className="max-w-md text-xl font-semibold tracking-[-0.015em] text-balance">
            The cheapest machine that can be trusted, and none paid for a minute too long.
          </p>
          <ul className="mt-4 grid max-w-md gap-1.5 text-ink-2">
            <li>One market over many GPU clouds, with what each machine did before.</li>
            <li>Work that outlives the machine it runs on.</li>
            <li>Every cent in a ledger, every number with its origin.</li>
          </ul>
        </div>
      </aside>
    </div>
  );
}

const LINES = 15;

/** The two wings of the mark, repeated outward as lines. */
function Wings() {
  const rings = Array.from({ length: LINES }, (_, at) => at);
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 600 600"
      preserveAspectRatio="xMidYMin slice"
      className="absolute inset-0 size-full text-accent-ink [mask-image:linear-gradient(black_52%,transparent_72%)]"
      fill="none"
      stroke="currentColor"
    >
      {rings.map((ring) => {
        const reach = 60 + ring * 30;
        const fade = 0.5 * (1 - ring / LINES) + 0.04;
        return (
          <g key={ring} strokeWidth="1" opacity={fade}>
            <path
              d={`M-40 ${250 - reach * 0.55}H${150 + reach * 0.35}A${reach * 0.55} ${reach * 0.55} 0 0 1 ${150 + reach * 0.9} 244H-40`}
            />
            <path
              d={`M20 256H${150 + reach * 0.9}A${reach * 0.55} ${reach * 0.55} 0 0 1 ${150 + reach * 0.35} ${256 + reach * 0.55}H20`}
            />
          </g>
        );
      })}
    </svg>
  );
}
