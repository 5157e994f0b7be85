/** One team: its people, who is invited, and its name and end. */
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { ConfirmDialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Page, Section } from "../../components/Page";
import { SelectField } from "../../components/Select";
import { SkeletonLines } from "../../components/Skeleton";
import type { TeamDetail } from "../../lib/api/generated";
import { plural } from "../../lib/numbers";
import { toast } from "../../lib/toasts";
import { accountsApi } from "./api";
import { Members, Pending } from "./Members";
import { mayChange, mayManage, roleOptions, type TeamRole } from "./teamRoles";

export function Team() {
  const { teamId = "" } = useParams();
  const answer = accountsApi.useGetTeamQuery({ teamId });
  const title = answer.data?.name ?? "Team";
  return (
    <Page title={title} description={answer.data && plural(answer.data.member_count, "member")}>
      <Asked of={answer} loading={<SkeletonLines what="the team" />}>
        {(team) => <Sections team={team} />}
      </Asked>
    </Page>
  );
}

function Sections({ team }: { team: TeamDetail }) {
  const manages = mayManage(team.my_role);
  return (
    <>
      <Section title="People" description="An admin may invite and remove; only owners may make owners.">
        <Members team={team} />
      </Section>
      {(manages || team.invitations.length > 0) && (
        <Section
          title="Invitations"
          description="Whoever has or opens an account with the address can accept."
        >
          <div className="grid gap-5">
            {manages && <InviteForm team={team} />}
            <Pending team={team} />
          </div>
        </Section>
      )}
      {manages && (
        <Section title="Name">
          <RenameForm key={team.name} team={team} />
        </Section>
      )}
      <Ending team={team} />
      <Section title="Elsewhere" description="The same from a terminal.">
        <CliHint command={`dumont teams invite ${team.id} somebody@example.com`} />
      </Section>
    </>
  );
}

function InviteForm({ team }: { team: TeamDetail }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<TeamRole>("member");
  const [invite] = accountsApi.useInviteToTeamMutation();
  const { problem, busy, submit } = useFormRequest();
  const send = async () => {
    const body = { email: email.trim(), role };
    if (!(await submit(() => invite({ teamId: team.id, body }).unwrap()))) return;
    setEmail("");
    toast({ title: "Invited", detail: body.email });
  };
  return (
    <Form label="Invite somebody" fields={["email", "role"]} problem={problem} onSubmit={() => void send()}>
      <div className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_160px_auto]">
        <TextField
          label="Email"
          name="email"
          type="email"
          inputMode="email"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label="Role"
          name="role"
          value={role}
          options={roleOptions.filter((option) => mayChange(team.my_role, option.value))}
          onChange={setRole}
        />
        <Button
          type="submit"
          weight="primary"
          icon={UserPlus}
          busy={busy}
          disabled={!email.trim()}
          className="sm:mt-6.5"
        >
          Invite
        </Button>
      </div>
    </Form>
  );
}

function RenameForm({ team }: { team: TeamDetail }) {
  const [name, setName] = useState(team.name);
  const [rename] = accountsApi.useRenameTeamMutation();
  const { problem, busy, submit } = useFormRequest();
  const save = async () => {
    const done = await submit(() => rename({ teamId: team.id, body: { name: name.trim() } }).unwrap());
    if (done) toast({ title: "Team renamed" });
  };
  return (
    <div className="max-w-sm">
      <Form label="Rename the team" fields={["name"]} problem={problem} onSubmit={() => void save()}>
        <TextField label="Name" name="name" value={name} onChange={(event) => setName(event.target.value)} />
        <FormActions>
          <Button type="submit" busy={busy} disabled={!name.trim() || name.trim() === team.name}>
            Rename
          </Button>
        </FormActions>
      </Form>
    </div>
  );
}

function Ending({ team }: { team: TeamDetail }) {
  const [asked, ask] = useState(false);
  const [remove] = accountsApi.useDeleteTeamMutation();
  const navigate = useNavigate();
  if (team.my_role !== "owner") return null;
  const act = async () => {
    await remove({ teamId: team.id }).unwrap();
    toast({ title: `Team “${team.name}” deleted` });
    void navigate("/teams");
  };
  return (
    <Section title="End of the team" description="Only an owner can do it, and nobody can undo it.">
      <Button onClick={() => ask(true)} className="text-danger">
        Delete team
      </Button>
      <ConfirmDialog
        open={asked}
        onOpenChange={ask}
        title={`Delete the team “${team.name}”?`}
        consequence={`${plural(team.member_count, "person loses", "people lose")} what the team gives them, and ${plural(team.invitations.length, "invitation")} can't be accepted any more. Accounts of people stay.`}
        verb="Delete team"
        act={act}
      />
    </Section>
  );
}
