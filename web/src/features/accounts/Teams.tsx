/** The teams one is in, and the invitations that wait for an answer. */
import { Check, MailOpen, Plus, UsersRound, X } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Asked } from "../../components/Asked";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { Dialog } from "../../components/Dialog";
import { Form, FormActions, useFormRequest } from "../../components/Form";
import { TextField } from "../../components/fields";
import { Time } from "../../components/figures";
import { Group, Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { Invitation, Team } from "../../lib/api/generated";
import { toast, toastProblem } from "../../lib/toasts";
import { accountsApi } from "./api";

const columns: Column<Team>[] = [
  {
    id: "name",
    title: "Team",
    cell: (team) => (
      <Link
        to={`/teams/${team.id}`}
        className="inline-flex min-h-6 items-center font-medium hover:text-accent-ink hover:underline"
      >
        {team.name}
      </Link>
    ),
    sortBy: (team) => team.name,
    fixed: true,
    link: true,
  },
  {
    id: "role",
    title: "Your role",
    cell: (team) => <Badge>{team.my_role}</Badge>,
    width: 120,
    card: "aside",
  },
  {
    id: "members",
    title: "Members",
    cell: (team) => team.member_count,
    sortBy: (team) => team.member_count,
    align: "right",
    width: 108,
  },
  {
    id: "made",
    title: "Made",
    cell: (team) => <Time at={team.created_at} />,
    sortBy: (team) => team.created_at,
    align: "right",
    width: 112,
  },
];

export function Teams() {
  const answer = accountsApi.useListTeamsQuery({ limit: 200 });
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const show = (open: boolean) => setParams(open ? { new: "1" } : {}, { replace: true });
  const create = (
    <Button weight="primary" icon={Plus} onClick={() => show(true)}>
      Create team
    </Button>
  );
  return (
    <Page
      wide
      title="Teams"
      description="People who will share machines, money and their history."
      actions={create}
    >
      <Invitations />
      <Asked of={answer} loading={<SkeletonRows rows={4} what="teams" />}>
        {({ items }) => (
          <DataTable
            id="teams"
            label="Teams"
            columns={columns}
            rows={items}
            rowKey={(team) => team.id}
            rowName={(team) => team.name}
            onOpen={(team) => void navigate(`/teams/${team.id}`)}
            hotkeys
            empty={
              <EmptyState icon={UsersRound} title="You are in no team yet" action={create}>
                <p>Create one and invite people by their address.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont teams create Research" />
      </div>
      <NewTeam open={params.has("new")} onOpenChange={show} />
    </Page>
  );
}

function Invitations() {
  const { data } = accountsApi.useListInvitationsQuery({ limit: 50 });
  if (!data || data.items.length === 0) return null;
  return (
    <div className="mb-6">
      <Group title="Invitations to you">
        <ul className="divide-y divide-line rounded border border-line">
          {data.items.map((invitation) => (
            <InvitationLine key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      </Group>
    </div>
  );
}

function InvitationLine({ invitation }: { invitation: Invitation }) {
  const [accept, accepting] = accountsApi.useAcceptInvitationMutation();
  const [decline, declining] = accountsApi.useDeclineInvitationMutation();
  const answer = (send: typeof accept | typeof decline, words: string) =>
    send({ invitationId: invitation.id })
      .unwrap()
      .then(() => toast({ title: words }))
      .catch(toastProblem);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-3 py-2.5">
      <MailOpen aria-hidden className="size-4 shrink-0 text-ink-3" />
      <p className="min-w-0 flex-1 basis-60">
        <span className="font-medium">{invitation.team_name}</span>{" "}
        <span className="text-ink-2">
          as {invitation.role}, from {invitation.invited_by}
        </span>
        <span className="block text-xs text-ink-3">
          ends <Time at={invitation.expires_at} />
        </span>
      </p>
      <div className="flex gap-2">
        <Button
          size="sm"
          weight="primary"
          icon={Check}
          busy={accepting.isLoading}
          onClick={() => void answer(accept, `You are in ${invitation.team_name}`)}
        >
          Accept
        </Button>
        <Button
          size="sm"
          icon={X}
          busy={declining.isLoading}
          onClick={() => void answer(decline, "Invitation declined")}
        >
          Decline
        </Button>
      </div>
    </li>
  );
}

function NewTeam({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Create a team" description="You are its owner.">
      <NewTeamForm onCancel={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NewTeamForm({ onCancel }: { onCancel: () => void }) {
  const [name, setName] = useState("");
  const [create] = accountsApi.useCreateTeamMutation();
  const navigate = useNavigate();
  const { problem, busy, submit } = useFormRequest();
  const send = () =>
    submit(async () => {
      const team = await create({ body: { name: name.trim() } }).unwrap();
      void navigate(`/teams/${team.id}`);
    });
  return (
    <Form label="Create a team" fields={["name"]} problem={problem} onSubmit={() => void send()}>
      <TextField label="Name" name="name" value={name} onChange={(event) => setName(event.target.value)} />
      <FormActions>
        <Button type="submit" weight="primary" busy={busy} disabled={!name.trim()}>
          Create team
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </FormActions>
    </Form>
  );
}
