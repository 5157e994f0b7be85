/** One box for all ways of asking: words, dstack's `H100:80GB:1..8`, Vast's `gpu_name=…`; it tells what it understood. */
import { CircleAlert, Search as SearchIcon } from "lucide-react";
import { useRef } from "react";
import { controlLooks } from "../../components/fields";
import type { Understood } from "../../lib/api/generated";
import type { Problem } from "../../lib/api/problem";
import { cx } from "../../lib/classes";
import { useHotkeys } from "../../lib/hotkeys";
import { understoodWords } from "./words";

interface Props {
  typed: string;
  type: (text: string) => void;
  fault: string | null;
}

export function QueryBox({ typed, type, fault }: Props) {
  const box = useRef<HTMLInputElement>(null);
  useHotkeys({ "/": () => box.current?.focus() });
  return (
    <div className="relative w-full min-w-0 sm:max-w-xl sm:flex-1">
      <SearchIcon aria-hidden className="absolute top-2 left-2.5 size-4 text-ink-3" />
      <input
        ref={box}
        type="search"
        aria-label="Search offers"
        aria-invalid={fault !== null || undefined}
        aria-describedby="market-read"
        placeholder="4090 x2 <0.5 EU, or H100:80GB:1..8"
        value={typed}
        maxLength={500}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && (typed ? type("") : box.current?.blur())}
        className={cx(controlLooks, "w-full pr-8 pl-8")}
      />
      <kbd
        className={cx(
          "pointer-events-none absolute top-2 right-2.5 hidden text-xs leading-4 text-ink-3",
          !typed && "sm:block",
        )}
      >
        /
      </kbd>
    </div>
  );
}

/** What is wrong with the words, as far as it is about them. */
export function queryFault(problem: Problem | null): string | null {
  if (problem?.status !== 422) return null;
  const about = problem.errors.filter((fault) => /(^|\.)q$/.test(fault.field));
  return about.length > 0 ? about.map((fault) => fault.message).join("; ") : null;
}

interface ReadProps {
  asked: boolean;
  read: Understood | undefined;
  fault: string | null;
  /** A score is asked for here, rather than always. */
  scored?: boolean;
}

/** Always there, so that the table does not jump when somebody begins to type. */
export function ReadAs({ asked, read, fault, scored = false }: ReadProps) {
  const words = asked && read && !fault ? understoodWords(read, scored) : [];
  return (
    <p
      id="market-read"
      role="status"
      className={cx(
        "flex min-h-5 min-w-0 flex-wrap items-center gap-x-1.5 gap-y-1 text-xs text-ink-3",
        !asked && "max-sm:sr-only",
      )}
    >
      {fault && (
        <span className="inline-flex items-start gap-1.5 text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" /> {fault}
        </span>
      )}
      {words.length > 0 && "Read as"}
      {words.map((word) => (
        <span key={word} className="rounded bg-sunken px-1.5 text-ink-2">
          {word}
        </span>
      ))}
      {!asked && (
        <>
          Words, <code>H100:80GB:1..8</code> and <code>gpu_name=RTX_4090 num_gpus=1 dph&lt;0.5</code> are all
          understood.
        </>
      )}
    </p>
  );
}
