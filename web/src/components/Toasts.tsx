/** Short results at the edge of the page, with an undo where there is one. */
import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { cx } from "../lib/classes";
import { currentToasts, dismiss, type ToastNote, watchToasts } from "../lib/toasts";
import { IconButton } from "./Button";

const icons = { ok: CircleCheck, danger: CircleX, info: Info };
const inks = { ok: "text-ok", danger: "text-danger", info: "text-info" };

export function Toasts() {
  const notes = useSyncExternalStore(watchToasts, currentToasts);
  return (
    <Radix.Provider swipeDirection="right" label="Message">
      {notes.map((note) => (
        <Toast key={note.id} note={note} />
      ))}
      <Radix.Viewport
        label="Messages ({hotkey})"
        className="fixed right-0 bottom-0 z-50 flex w-full max-w-sm flex-col gap-2 p-4 outline-none"
      />
    </Radix.Provider>
  );
}

function Toast({ note }: { note: ToastNote }) {
  const Icon = icons[note.tone];
  return (
    <Radix.Root
      type={note.tone === "danger" ? "foreground" : "background"}
      duration={note.action || note.tone === "danger" ? 9000 : 4500}
      onOpenChange={(open) => !open && dismiss(note.id)}
      className="flex animate-rise items-start gap-2.5 rounded bg-raised py-2.5 pr-2 pl-3 shadow-raised data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
    >
      <Icon aria-hidden className={cx("mt-0.5 size-4 shrink-0", inks[note.tone])} />
      <div className="min-w-0 flex-1">
        <Radix.Title className="font-medium">{note.title}</Radix.Title>
        {note.detail && <Radix.Description className="text-ink-2">{note.detail}</Radix.Description>}
      </div>
      {note.action && (
        <Radix.Action
          altText={note.action.label}
          onClick={note.action.run}
          className="rounded px-1.5 py-0.5 font-medium text-accent-ink hover:bg-hover"
        >
          {note.action.label}
        </Radix.Action>
      )}
      <Radix.Close asChild>
        <IconButton label="Dismiss" icon={X} size="sm" quiet className="-my-1" />
      </Radix.Close>
    </Radix.Root>
  );
}
