/** All instances: what runs, what sleeps, what it costs now and has cost so far. */
import { Receipt, Rocket } from "lucide-react";
import { ButtonLink } from "../../components/Button";
import { Page } from "../../components/Page";
import { useAllowed } from "../../lib/session/me";
import { InstanceTable } from "./InstanceTable";
import { FollowFleet } from "./live";

export function Instances() {
  const writes = useAllowed("fleet:write");
  return (
    <Page
      wide
      title="Instances"
      description="Your environments. They outlive the machines that they run on, and sleep when nobody needs them."
      actions={
        <>
          <ButtonLink to="/rentals" icon={Receipt}>
            What costs now
          </ButtonLink>
          {writes && (
            <ButtonLink to="/deploy" weight="primary" icon={Rocket}>
              Deploy
            </ButtonLink>
          )}
        </>
      }
    >
      <FollowFleet />
      <InstanceTable />
    </Page>
  );
}
