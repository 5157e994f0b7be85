/** The one command to run elsewhere, shown once, and what becomes of it as it happens. */
import { type ReactNode, useState } from "react";
import { Alert } from "../../components/Alert";
import { CodeBlock } from "../../components/copying";
import { Tabs } from "../../components/Tabs";
import { useTickingWords } from "../../lib/ticking";
import { relative } from "../../lib/time";

interface Props {
  command: string;
  /** The same where nothing but Python is there: it fetches the program first. */
  bareCommand: string;
  /** Until when somebody must have begun. */
  expiresAt: string;
  /** Nobody has run it yet. */
  waiting: boolean;
  where: string;
  children: ReactNode;
}

export function RunThis({ command, bareCommand, expiresAt, waiting, where, children }: Props) {
  const [bare, setBare] = useState(false);
  const ends = useTickingWords((now) => relative(expiresAt, now));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {waiting && (
        <>
          <p className="text-ink-2">{where}</p>
          <Tabs
            label="What the machine has"
            value={bare ? "bare" : "installed"}
            onChange={(key) => setBare(key === "bare")}
            tabs={[
              {
                key: "installed",
                title: "It has dumont",
                view: <CodeBlock code={command} what="command" prompt />,
              },
              {
                key: "bare",
                title: "It has Python alone",
                view: <CodeBlock code={bareCommand} what="command" prompt />,
              },
            ]}
          />
          <Alert tone="warning" title="Copy it now, it is shown this once">
            <p>
              Its grant reaches this repository alone and ends {ends} unless somebody begins; each report of
              progress puts that off.
            </p>
          </Alert>
        </>
      )}
      {children}
    </div>
  );
}

/** What is asked for and has not begun. */
export function Waiting({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex items-center gap-2 text-ink-2">
      <span aria-hidden className="size-1.5 animate-breathe rounded-full bg-info" />
      {children}
    </p>
  );
}
