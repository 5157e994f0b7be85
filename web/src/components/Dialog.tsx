/** Dialogs: a question or a short form over the page, a confirmation that names its consequence, and a sheet from the side. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { asProblem, headline, type Problem } from "../lib/api/problem";
import { cx } from "../lib/classes";
import { Alert } from "./Alert";
import { Button, IconButton } from "./Button";
import { useDialogFocus } from "./focus";
import { LayerContext } from "./layer";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** Closed by its own buttons only: for what is not shown again. */
  held?: boolean;
}

const stay = (event: Event) => event.preventDefault();
const veil = "fixed inset-0 z-40 animate-fade bg-veil";

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  wide = false,
  held = false,
}: Props) {
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  const focus = useDialogFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={veil} />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          ref={setLayer}
          {...focus}
          {...(held && { onEscapeKeyDown: stay, onInteractOutside: stay })}
          className={cx(
            "fixed inset-x-3 top-[max(12px,10dvh)] z-40 mx-auto flex max-h-[82dvh] animate-rise flex-col rounded bg-raised shadow-raised outline-none",
            wide ? "max-w-2xl" : "max-w-md",
          )}
        >
          <header className="flex items-start gap-2 px-5 pt-4 pb-1">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold wrap-anywhere">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-ink-2">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} size="sm" quiet className="-mr-2" />
            </Radix.Close>
          </header>
          <div className="thin-scroll min-h-0 flex-1 overflow-y-auto px-5 py-3">
            <LayerContext value={layer}>{children}</LayerContext>
          </div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will be so afterwards, in a sentence: what ends, what stays, what it costs or saves. */
  consequence: ReactNode;
  verb: string;
  act: () => Promise<unknown>;
  harmless?: boolean;
}

/** Stays open with the reason when the server refuses. */
export function ConfirmDialog({ open, onOpenChange, title, consequence, verb, act, harmless }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const close = (next: boolean) => {
    setProblem(null);
    onOpenChange(next);
  };
  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      close(false);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const footer = (
    <>
      <Button onClick={() => close(false)}>Cancel</Button>
      <Button weight={harmless ? "primary" : "danger"} busy={busy} onClick={() => void confirm()}>
        {verb}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onOpenChange={close} title={title} footer={footer}>
      <div className="grid gap-3 text-ink-2">
        <div>{consequence}</div>
        {problem && (
          <Alert tone="danger" title={headline(problem)}>
            {problem.hint && <p className="text-ink-2">{problem.hint}</p>}
          </Alert>
        )}
      </div>
    </Dialog>
  );
}

interface SheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  side?: "left" | "right";
  hideTitle?: boolean;
  children: ReactNode;
}

export function Sheet({
  open,
  onOpenChange,
  title,
  side = "right",
  hideTitle = false,
  children,
}: SheetProps) {
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  const focus = useDialogFocus();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={veil} />
        <Radix.Content
          aria-describedby={undefined}
          ref={setLayer}
          {...focus}
          className={cx(
            "fixed inset-y-0 z-40 flex w-[min(480px,calc(100vw-48px))] animate-fade flex-col bg-raised shadow-raised outline-none",
            side === "left" ? "left-0 max-w-72" : "right-0",
          )}
        >
          <header className={cx("flex items-center gap-2 px-5 pt-4 pb-2", hideTitle && "sr-only")}>
            <Radix.Title className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} size="sm" quiet className="-mr-2" />
            </Radix.Close>
          </header>
          <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
            <LayerContext value={layer}>{children}</LayerContext>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
