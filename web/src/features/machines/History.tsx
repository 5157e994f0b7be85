/** Machines with a past: how all of them stand, and each of them in a list. */

import { ShieldX } from "lucide-react";
import { useSearchParams } from "react-router";
import { ButtonLink } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { Page } from "../../components/Page";
import { Tabs } from "../../components/Tabs";
import { useRenewing } from "../../lib/live/renewing";
import { MachineTable } from "./MachineTable";
import { Standings } from "./Standings";
import { Summary } from "./Summary";

export function History() {
  const [params, setParams] = useSearchParams();
  useRenewing("machines");
  const view = params.get("view") ?? "machines";
  return (
    <Page
      wide
      title="History"
      description="What each machine did before, learned from every try to use it."
      actions={
        <ButtonLink to="/blacklist" icon={ShieldX}>
          Blacklist
        </ButtonLink>
      }
    >
      <Standings />
      <Tabs
        label="Views of machines"
        value={view}
        onChange={(next) => setParams(next === "machines" ? {} : { view: next }, { replace: true })}
        tabs={[
          { key: "machines", title: "Machines", view: <MachineTable /> },
          { key: "summary", title: "Summary", view: <Summary /> },
        ]}
      />
      <div className="mt-6 max-w-2xl">
        <CliHint command={view === "summary" ? "dumont history summary" : "dumont history ls"} />
      </div>
    </Page>
  );
}
