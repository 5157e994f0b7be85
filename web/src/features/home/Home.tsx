/** The start page: what runs and costs, what to do next, the way to the command line, and for operators how the system is. */
import { CodeBlock } from "../../components/copying";
import { Group, Page } from "../../components/Page";
import { allows } from "../../lib/permissions";
import { useMe } from "../../lib/session/me";
import { Areas } from "./Areas";
import { FleetState } from "./FleetState";
import { NextSteps } from "./NextSteps";
import { SystemState } from "./SystemState";

export function Home() {
  const { data: me } = useMe();
  const operator = allows(me?.permissions, "jobs:read");
  return (
    <Page
      wide
      title={me ? `Good ${partOfDay()}, ${me.name.split(" ")[0]}` : "Home"}
      description="Where things stand, and what to do next."
    >
      <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(340px,420px)]">
        <div className="grid gap-8">
          <FleetState />
          <NextSteps />
          {operator && <SystemState />}
        </div>
        <div className="grid gap-8">
          <CommandLine />
          <Areas />
        </div>
      </div>
    </Page>
  );
}

function partOfDay(hour = new Date().getHours()): string {
  if (hour < 5 || hour >= 18) return "evening";
  return hour < 12 ? "morning" : "afternoon";
}

function CommandLine() {
  const server = location.origin;
  return (
    <Group title="From a terminal">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Step words="Sign in once; it is remembered for the next commands.">
          <CodeBlock code={`dumont login --server ${server}`} what="sign-in command" prompt />
        </Step>
        <Step words="See who you are and what you may do.">
          <CodeBlock code="dumont whoami" what="whoami command" prompt />
        </Step>
        <Step words="A key for a script, printed this once.">
          <CodeBlock
            code="export DUMONT_TOKEN=$(dumont keys create ci -s account:read -q)"
            what="key command"
            prompt
          />
        </Step>
        <Step words="Or plain HTTP; every page here uses the same API.">
          <CodeBlock
            code={`curl -H "Authorization: Bearer $DUMONT_TOKEN" ${server}/api/v1/auth/me`}
            what="HTTP call"
            prompt
          />
        </Step>
      </div>
    </Group>
  );
}

function Step({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1.5">
      <p className="text-ink-2">{words}</p>
      {children}
    </div>
  );
}
