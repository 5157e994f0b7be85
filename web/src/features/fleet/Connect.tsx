/** How to get in: the command to copy, and the lines that make `ssh NAME` work after every wake. */
import { type ReactNode, useState } from "react";
import { CodeBlock } from "../../components/copying";
import { Tabs } from "../../components/Tabs";
import type { InstanceDetail } from "../../lib/api/generated";

type Connection = NonNullable<InstanceDetail["connection"]>;

export function Connect({ instance }: { instance: InstanceDetail }) {
  const { connection } = instance;
  const [way, choose] = useState("cli");
  if (!connection) return <p className="text-ink-3">{noWayIn(instance)}</p>;
  return (
    <Tabs
      label="Ways in"
      value={way}
      onChange={choose}
      tabs={[
        { key: "cli", title: "dumont", view: <Cli connection={connection} /> },
        { key: "ssh", title: "ssh", view: <Ssh connection={connection} /> },
        { key: "config", title: "SSH config", view: <Config connection={connection} /> },
      ]}
    />
  );
}

function noWayIn({ state, wish, course }: InstanceDetail): string {
  if (state !== "hibernated") return "There is no way in just now.";
  return course?.action === "wait" && wish === "running"
    ? "It waits for a spot machine, and wakes by itself; the same name and host key answer again then."
    : "It sleeps. Wake it, and the same name and host key answer again.";
}

function Cli({ connection }: { connection: Connection }) {
  return (
    <Lines words="Writes the SSH config by itself, and finds the machine wherever it is.">
      <CodeBlock code={`dumont ssh ${connection.name}`} what="command" prompt />
    </Lines>
  );
}

function Ssh({ connection }: { connection: Connection }) {
  return (
    <Lines
      words={
        connection.direct
          ? "The address is that of the machine it is on now; it changes with a wake."
          : "Through a gateway of the cloud. The address changes with a wake."
      }
    >
      <CodeBlock code={connection.command} what="command" prompt />
    </Lines>
  );
}

function Config({ connection }: { connection: Connection }) {
  return (
    <Lines words="The host key stays the same for its whole life, so no warning comes after a wake.">
      <CodeBlock code={connection.ssh_config.trimEnd()} what="SSH config" />
      <CodeBlock code={connection.known_hosts} what="known_hosts line" />
    </Lines>
  );
}

function Lines({ words, children }: { words: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      {children}
      <p className="text-xs text-ink-3">{words}</p>
    </div>
  );
}
