/** The password, the places where one is signed in, and what was done in one's name. */
import { LogOut, ScrollText } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Asked } from "../../components/Asked";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { PasswordField } from "../../components/fields";
import { Time } from "../../components/figures";
import { Page, Section } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useMe } from "../../lib/session/me";
import { session } from "../../lib/session/session";
import { toast } from "../../lib/toasts";
import { accountLists, accountsApi } from "./api";
import { NewPasswordField } from "./NewPasswordField";
import { Sessions } from "./Sessions";

export function Security() {
  const [leaving, setLeaving] = useState(false);
  const [everywhere] = accountsApi.useLogOutEverywhereMutation();
  const navigate = useNavigate();
  const leave = async () => {
    await everywhere().unwrap();
    session.drop();
    void navigate("/sign-in", { state: { news: "Signed out everywhere." } });
  };
  return (
    <Page
      title="Security"
      description="Your password, where you are signed in, and what was done in your name."
    >
      <Section title="Password" description="Changing it ends your other sessions.">
        <PasswordForm />
      </Section>
      <Section
        title="Sessions"
        description="Browsers and programs that are signed in as you."
        actions={
          <Button icon={LogOut} onClick={() => setLeaving(true)}>
            Sign out everywhere
          </Button>
        }
      >
        <Sessions />
      </Section>
      <Section title="Activity" description="The newest first. Nobody can change these lines.">
        <Activity />
      </Section>
      <ConfirmDialog
        open={leaving}
        onOpenChange={setLeaving}
        title="Sign out everywhere?"
        consequence="Ends every session of yours, this one too. API keys go on working; delete them under API keys."
        verb="Sign out everywhere"
        act={leave}
      />
    </Page>
  );
}

function PasswordForm() {
  const [old, setOld] = useState("");
  const [chosen, choose] = useState("");
  const { data: me } = useMe();
  const [change] = accountsApi.useChangePasswordMutation();
  const { problem, busy, submit } = useFormRequest();
  const save = async () => {
    const body = { current_password: old, new_password: chosen };
    if (!(await submit(() => change({ body }).unwrap()))) return;
    setOld("");
    choose("");
    toast({ title: "Password changed", detail: "Your other sessions have ended." });
  };
  return (
    <div className="max-w-sm">
      <Form
        label="Change your password"
        fields={["current_password", "new_password"]}
        problem={problem}
        onSubmit={() => void save()}
      >
        <PasswordField
          label="Current password"
          name="current_password"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
        <NewPasswordField
          label="New password"
          name="new_password"
          email={me?.email ?? ""}
          value={chosen}
          onChange={choose}
        />
        <FormActions>
          <Button type="submit" weight="primary" busy={busy} disabled={!old || !chosen}>
            Change password
          </Button>
        </FormActions>
      </Form>
    </div>
  );
}

function Activity() {
  const answer = accountLists.useOwnAuditPagesInfiniteQuery({});
  const more = moreOf(answer);
  return (
    <Asked of={answer} loading={<SkeletonRows what="your activity" />}>
      {(data) =>
        rowsOf(data).length === 0 ? (
          <EmptyState icon={ScrollText} title="Nothing yet">
            <p>What you change from now on is listed here.</p>
          </EmptyState>
        ) : (
          <>
            <ol className="divide-y divide-line border-y border-line">
              {rowsOf(data).map((entry) => (
                <li key={entry.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2">
                  <span className="min-w-0 flex-1 basis-52">{entry.summary}</span>
                  <code className="text-xs text-ink-3">{entry.action}</code>
                  <span className="w-24 text-right text-xs text-ink-3">
                    <Time at={entry.at} />
                  </span>
                </li>
              ))}
            </ol>
            {more.has && (
              <Button className="mt-3" busy={more.busy} onClick={more.load}>
                Show older
              </Button>
            )}
          </>
        )
      }
    </Asked>
  );
}
