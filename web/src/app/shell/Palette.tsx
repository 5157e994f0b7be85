/** The command palette: every page and every action by a few letters of its name. */
import { CornerDownLeft, Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useDialogFocus } from "../../components/focus";
import { cx } from "../../lib/classes";
import { type Command, useCommands } from "./commands";
import { rank } from "./rank";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onHelp: () => void;
}

export function Palette({ open, onOpenChange, onHelp }: Props) {
  const focus = useDialogFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-veil" />
        <Radix.Content
          aria-describedby={undefined}
          {...focus}
          className="fixed inset-x-3 top-[max(12px,14dvh)] z-40 mx-auto flex max-h-[min(460px,76dvh)] max-w-xl animate-rise flex-col overflow-hidden rounded bg-raised shadow-raised outline-none"
        >
          <Radix.Title className="sr-only">Find anything</Radix.Title>
          <Finder close={() => onOpenChange(false)} onHelp={onHelp} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Finder({ close, onHelp }: { close: () => void; onHelp: () => void }) {
  const commands = useCommands(onHelp);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const found = useMemo(() => rank(commands, text), [commands, text]);
  const chosen = Math.min(at, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    // After the dialog has given the focus back, so that it goes where the command leads.
    requestAnimationFrame(command.run);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex shrink-0 items-center gap-2.5 border-b border-line px-4">
        <Search aria-hidden className="size-4 text-ink-3" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[chosen] ? `${list}-${found[chosen].key}` : undefined}
          aria-label="Find a page or an action"
          placeholder="Find a page or an action"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
          className="h-11 flex-1 bg-transparent text-base outline-none"
        />
      </div>
      <Results {...{ list, found, chosen, run, setAt }} grouped={text.trim() === ""} />
      <p
        aria-hidden
        className="hidden shrink-0 items-center gap-4 border-t border-line px-4 py-1.5 text-xs text-ink-3 sm:flex"
      >
        <span className="inline-flex items-center gap-1">
          <CornerDownLeft className="size-3" /> open
        </span>
        <span>↑ ↓ choose</span>
        <span>esc close</span>
      </p>
    </>
  );
}

interface ResultsProps {
  list: string;
  found: readonly Command[];
  chosen: number;
  run: (command: Command) => void;
  setAt: (at: number) => void;
  /** Under the titles of their groups, as long as they stand in the order of these. */
  grouped: boolean;
}

function Results({ list, found, chosen, run, setAt, grouped }: ResultsProps) {
  const active = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen line must be seen
  useEffect(() => {
    active.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (found.length === 0)
    return (
      <p role="status" className="px-4 py-10 text-center text-ink-3">
        Nothing has that name.
      </p>
    );
  return (
    <div
      id={list}
      role="listbox"
      aria-label="Pages and actions"
      className="thin-scroll min-h-0 flex-1 overflow-y-auto p-1.5"
    >
      {found.map((command, index) => (
        <div key={command.key} role="presentation">
          {grouped && command.group !== found[index - 1]?.group && (
            <p aria-hidden className="px-2.5 pt-2 pb-1 text-xs text-ink-3">
              {command.group}
            </p>
          )}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input */}
          <div
            ref={index === chosen ? active : undefined}
            id={`${list}-${command.key}`}
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
            className={cx(
              "flex h-9 cursor-pointer items-center gap-3 rounded px-2.5",
              index === chosen && "bg-accent-soft text-accent-ink",
            )}
          >
            <command.icon
              aria-hidden
              className={cx("size-4", index !== chosen && "text-ink-3")}
              strokeWidth={1.75}
            />
            <span className="min-w-0 flex-1 truncate">{command.title}</span>
            {command.note && <span className="text-xs text-ink-3">{command.note}</span>}
          </div>
        </div>
      ))}
    </div>
  );
}
