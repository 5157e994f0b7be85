/** Search and filters of a list as chips; what is chosen stands in the address, so that a view can be sent to somebody. */
import { Search } from "lucide-react";
import { Popover } from "radix-ui";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useHotkeys } from "../lib/hotkeys";
import { absolute } from "../lib/time";
import { Button } from "./Button";
import { EmptyChip, SetChip } from "./Chip";
import { controlLooks } from "./fields";
import { useLayer } from "./layer";
import { Menu, MenuItem } from "./Menu";

export interface FilterChoice {
  key: string;
  title: string;
  /** Fixed choices; without them the value is typed. */
  options?: readonly { value: string; label: string }[];
  placeholder?: string;
  /** The value is a moment, chosen in local time and sent in UTC. */
  moment?: boolean;
}

/** The values in the address for the given keys; a key that is not set is undefined. */
export function useFilters(keys: readonly string[]): {
  values: Record<string, string | undefined>;
  set: (key: string, value: string) => void;
  clear: () => void;
} {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(keys.map((key) => [key, params.get(key) ?? undefined]));
  const change = (alter: (next: URLSearchParams) => void) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        alter(next);
        return next;
      },
      { replace: true },
    );
  return {
    values,
    set: (key, value) => change((next) => (value ? next.set(key, value) : next.delete(key))),
    clear: () => change((next) => keys.forEach((key) => void next.delete(key))),
  };
}

interface Props {
  search?: { key: string; label: string };
  choices: readonly FilterChoice[];
}

export function FilterBar({ search, choices }: Props) {
  const keys = [...choices.map((choice) => choice.key), ...(search ? [search.key] : [])];
  const { values, set, clear } = useFilters(keys);
  const any = keys.some((key) => values[key]);
  return (
    <>
      {search && (
        <SearchBox {...search} value={values[search.key] ?? ""} onChange={(text) => set(search.key, text)} />
      )}
      {choices.map((choice) => (
        <Chip
          key={choice.key}
          choice={choice}
          value={values[choice.key]}
          onChange={(value) => set(choice.key, value)}
        />
      ))}
      {any && (
        <Button weight="ghost" size="sm" onClick={clear}>
          Clear
        </Button>
      )}
    </>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
}

/** Writes to the address when typing pauses; "/" comes here from anywhere. */
function SearchBox({ label, value, onChange }: SearchProps) {
  const [text, setText] = useState(value);
  const box = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useHotkeys({ "/": () => box.current?.focus() });
  useEffect(() => {
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text.trim()), 250);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className="relative w-full sm:w-64">
      <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-ink-3" />
      <input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && box.current?.blur()}
        className={`${controlLooks} w-full pr-7 pl-8`}
      />
      <kbd className="pointer-events-none absolute top-2 right-2.5 hidden text-xs leading-4 text-ink-3 sm:block">
        /
      </kbd>
    </div>
  );
}

interface ChipProps {
  choice: FilterChoice;
  value: string | undefined;
  onChange: (value: string) => void;
}

function Chip({ choice, value, onChange }: ChipProps) {
  if (value !== undefined)
    return <SetChip title={choice.title} words={wordsFor(choice, value)} onRemove={() => onChange("")} />;
  const trigger = <EmptyChip>{choice.title}</EmptyChip>;
  if (!choice.options) return <TypedFilter choice={choice} trigger={trigger} onChange={onChange} />;
  return (
    <Menu trigger={trigger} align="start">
      {choice.options.map((option) => (
        <MenuItem key={option.value} onSelect={() => onChange(option.value)}>
          {option.label}
        </MenuItem>
      ))}
    </Menu>
  );
}

function wordsFor(choice: FilterChoice, value: string): string {
  if (choice.moment) return absolute(value);
  return choice.options?.find((option) => option.value === value)?.label ?? value;
}

function TypedFilter({ choice, trigger, onChange }: Omit<ChipProps, "value"> & { trigger: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  const layer = useLayer();
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("value") ?? "").trim();
    onChange(choice.moment && typed ? new Date(typed).toISOString() : typed);
    setOpen(false);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal container={layer}>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={`Filter by ${choice.title.toLowerCase()}`}
          className="z-50 w-64 animate-rise rounded bg-raised p-2 shadow-raised"
        >
          <form onSubmit={apply} className="flex gap-2">
            <input
              name="value"
              type={choice.moment ? "datetime-local" : "text"}
              aria-label={choice.title}
              placeholder={choice.placeholder}
              className={`${controlLooks} w-full`}
            />
            <Button type="submit" weight="primary">
              Apply
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
