/** The people of a team and the invitations that nobody has answered yet. */
import { LogOut, UserMinus } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Time } from "../../components/figures";
import { MenuItem, RowMenu } from "../../components/Menu";
import { Picker } from "../../components/Select";
import type { TeamDetail, TeamInvitation, TeamMember } from "../../lib/api/generated";
import { useMe } from "../../lib/session/me";
import { toast, toastProblem } from "../../lib/toasts";
import { accountsApi } from "./api";
import { mayChange, mayManage, roleOptions, type TeamRole } from "./teamRoles";

export function Members({ team }: { team: TeamDetail }) {
  const { data: me } = useMe();
  const [leaving, setLeaving] = useState<TeamMember | null>(null);
  const [remove] = accountsApi.useRemoveMemberMutation();
  const navigate = useNavigate();
  const self = leaving?.user_id === me?.id;
  const act = async () => {
    if (!leaving) return;
    await remove({ teamId: team.id, userId: leaving.user_id }).unwrap();
    toast({ title: self ? `You left ${team.name}` : `${leaving.name} removed` });
    if (self) void navigate("/teams");
  };
  return (
    <>
      <ul className="divide-y divide-line border-y border-line">
        {team.members.map((member) => (
          <MemberLine
            key={member.user_id}
            team={team}
            member={member}
            self={member.user_id === me?.id}
            onRemove={() => setLeaving(member)}
          />
        ))}
      </ul>
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title={self ? `Leave ${team.name}?` : `Remove ${leaving?.name ?? ""}?`}
        consequence={
          self
            ? "You lose what the team gives you; somebody has to invite you again to come back."
            : `${leaving?.name} loses what the team gives, at once. The account stays, and can be invited again.`
        }
        verb={self ? "Leave team" : "Remove"}
        act={act}
      />
    </>
  );
}

interface LineProps {
  team: TeamDetail;
  member: TeamMember;
  self: boolean;
  onRemove: () => void;
}

function MemberLine({ team, member, self, onRemove }: LineProps) {
  const changes = mayChange(team.my_role, member.role);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
      <div className="min-w-0 flex-1 basis-32">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium">{member.name}</span>
          {self && <Badge tone="accent">You</Badge>}
        </p>
        <p className="truncate text-xs text-ink-3">
          {member.email} · since <Time at={member.joined_at} />
        </p>
      </div>
      {changes ? <RolePicker team={team} member={member} /> : <Badge>{member.role}</Badge>}
      {(self || changes) && (
        <RowMenu of={member.name}>
          <MenuItem icon={self ? LogOut : UserMinus} danger onSelect={onRemove}>
            {self ? "Leave team" : "Remove"}
          </MenuItem>
        </RowMenu>
      )}
    </li>
  );
}

function RolePicker({ team, member }: { team: TeamDetail; member: TeamMember }) {
  const [change, { isLoading }] = accountsApi.useChangeMemberMutation();
  const choose = (role: TeamRole) =>
    change({ teamId: team.id, userId: member.user_id, body: { role } })
      .unwrap()
      .then(() => toast({ title: `${member.name} is ${role} now` }))
      .catch(toastProblem);
  return (
    <Picker
      label={`Role of ${member.name}`}
      className="w-28"
      value={member.role}
      disabled={isLoading}
      options={roleOptions.filter((option) => mayChange(team.my_role, option.value))}
      onChange={(role) => void choose(role)}
    />
  );
}

export function Pending({ team }: { team: TeamDetail }) {
  if (team.invitations.length === 0) return <p className="text-ink-3">Nobody is invited at the moment.</p>;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {team.invitations.map((invitation) => (
        <PendingLine key={invitation.id} team={team} invitation={invitation} />
      ))}
    </ul>
  );
}

function PendingLine({ team, invitation }: { team: TeamDetail; invitation: TeamInvitation }) {
  const [withdraw, { isLoading }] = accountsApi.useWithdrawInvitationMutation();
  const act = () =>
    withdraw({ teamId: team.id, invitationId: invitation.id })
      .unwrap()
      .then(() => toast({ title: "Invitation withdrawn", detail: invitation.email }))
      .catch(toastProblem);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <p className="truncate">{invitation.email}</p>
        <p className="text-xs text-ink-3">
          asked <Time at={invitation.created_at} />, ends <Time at={invitation.expires_at} />
        </p>
      </div>
      <Badge>{invitation.role}</Badge>
      {mayManage(team.my_role) && (
        <Button size="sm" busy={isLoading} onClick={() => void act()}>
          Withdraw<span className="sr-only"> the invitation of {invitation.email}</span>
        </Button>
      )}
    </li>
  );
}
