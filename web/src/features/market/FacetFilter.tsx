/** A chip that opens to a list of choices, each with how many offers it has; several can be chosen. */
import { Search as SearchIcon } from "lucide-react";
import { Popover } from "radix-ui";
import { useContext, useState } from "react";
import { ChipWords, EmptyChip, SetChip } from "../../components/Chip";
import { Time } from "../../components/figures";
import { useLayer } from "../../components/layer";
import { Skeleton } from "../../components/Skeleton";
import { cx } from "../../lib/classes";
import { count } from "../../lib/numbers";
import { AgesContext } from "./ages";
import { type Choice, type FacetKey, labelOf, useChoices } from "./facets";
import type { Search } from "./search";

interface Props {
  title: string;
  of: FacetKey;
  /** Everything that is asked for; what is counted fits it. */
  search: Search;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** A shorter list needs no box to search it. */
const SEARCHABLE = 9;

export function FacetFilter(props: Props) {
  const { title, of, chosen, onChange } = props;
  const layer = useLayer();
  const [open, setOpen] = useState(false);
  const words = chosen.map((value) => labelOf(of, value));
  const shown = words.length > 2 ? `${words[0]} and ${words.length - 1} more` : words.join(", ");
  const trigger =
    chosen.length > 0 ? (
      <Popover.Trigger className="inline-flex h-6 items-center gap-1 rounded">
        <ChipWords title={title} words={shown} />
      </Popover.Trigger>
    ) : (
      <Popover.Trigger asChild>
        <EmptyChip>{title}</EmptyChip>
      </Popover.Trigger>
    );
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      {chosen.length > 0 ? (
        <SetChip title={title} words={shown} trigger={trigger} onRemove={() => onChange([])} />
      ) : (
        trigger
      )}
      <Popover.Portal container={layer}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Filter by ${title.toLowerCase()}`}
          className="z-50 flex max-h-[min(420px,70dvh)] w-64 animate-rise flex-col rounded bg-raised shadow-raised"
        >
          <Choices {...props} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ title, of, search, chosen, onChange }: Props) {
  const found = useChoices(of, search);
  const ages = useContext(AgesContext);
  const [part, setPart] = useState("");
  const wanted = part.trim().toLowerCase();
  const known = new Set(found?.map((choice) => choice.value));
  const unknown = chosen.filter((value) => !known.has(value));
  const all: Choice[] = [
    ...unknown.map((value) => ({ value, label: labelOf(of, value), count: 0 })),
    ...(found ?? []),
  ];
  const fitting = all.filter((choice) => choice.label.toLowerCase().includes(wanted));
  const toggle = (value: string) =>
    onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return (
    <>
      {all.length >= SEARCHABLE && (
        <div className="relative border-b border-line">
          <SearchIcon aria-hidden className="absolute top-2.5 left-3 size-4 text-ink-3" />
          <input
            type="search"
            aria-label={`Find a ${title.toLowerCase()}`}
            placeholder={`Find a ${title.toLowerCase()}`}
            value={part}
            onChange={(event) => setPart(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && fitting[0] && toggle(fitting[0].value)}
            className="h-9 w-full rounded-t bg-transparent pr-3 pl-9 outline-offset-[-2px]"
          />
        </div>
      )}
      <ul className="thin-scroll min-h-0 flex-1 overflow-y-auto p-1">
        {fitting.map((choice) => (
          <li key={choice.value}>
            <ChoiceLine
              seen={of === "provider" ? ages.get(choice.value) : undefined}
              choice={choice}
              on={chosen.includes(choice.value)}
              onToggle={() => toggle(choice.value)}
            />
          </li>
        ))}
        {found === null && <Loading />}
        {found !== null && fitting.length === 0 && (
          <li className="px-2 py-3 text-ink-3">Nothing is called so.</li>
        )}
      </ul>
    </>
  );
}

function Loading() {
  return (
    <li role="status" aria-label="Loading the choices" className="grid gap-3 px-2 py-2">
      {["w-40", "w-32", "w-44", "w-36"].map((width) => (
        <Skeleton key={width} className={`h-3 ${width}`} />
      ))}
    </li>
  );
}

interface LineProps {
  choice: Choice;
  seen: string | undefined;
  on: boolean;
  onToggle: () => void;
}

function ChoiceLine({ choice, seen, on, onToggle }: LineProps) {
  return (
    <label className="flex h-8 items-center gap-2.5 rounded px-2 hover:bg-hover">
      <input
        type="checkbox"
        checked={on}
        onChange={onToggle}
        aria-label={`${choice.label}, ${count(choice.count)} offers`}
        className="size-4 shrink-0 accent-(--accent)"
      />
      <span className={cx("min-w-0 flex-1 truncate", choice.count === 0 && "text-ink-3")}>
        {choice.label}
      </span>
      {seen && (
        <span className="text-xs text-ink-3">
          <Time at={seen} />
        </span>
      )}
      <span className="figures w-10 text-right text-xs text-ink-3">{count(choice.count)}</span>
    </label>
  );
}
