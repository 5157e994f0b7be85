/** Everybody's accounts: who they are, what they may do, and what an administrator can do for them. */
import { Ban, CircleCheck, KeyRound, LogOut, Search, UserCog } from "lucide-react";
import { useState } from "react";
import { Asked } from "../../components/Asked";
import { Badge, StateBadge } from "../../components/Badge";
import { CliHint } from "../../components/copying";
import { type Column, DataTable } from "../../components/DataTable";
import { FilterBar, type FilterChoice, useFilters } from "../../components/FilterBar";
import { Time } from "../../components/figures";
import { MenuItem, MenuSeparator } from "../../components/Menu";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { EmptyState } from "../../components/states";
import type { User } from "../../lib/api/generated";
import { moreOf, rowsOf } from "../../lib/api/keyset";
import { useRenewing } from "../../lib/live/renewing";
import { useMe } from "../../lib/session/me";
import { adminLists } from "./api";
import { UserDialogs, type UserStep } from "./UserDialogs";

const columns: Column<User>[] = [
  {
    id: "name",
    title: "Name",
    cell: (user) => <span className="font-medium">{user.name}</span>,
    fixed: true,
    width: 200,
  },
  { id: "email", title: "Email", cell: (user) => user.email },
  {
    id: "role",
    title: "Role",
    cell: (user) => <Badge tone={user.role === "user" ? "neutral" : "accent"}>{user.role}</Badge>,
    width: 104,
  },
  {
    id: "state",
    title: "State",
    cell: (user) => <StateBadge state={user.disabled ? "disabled" : "active"} />,
    width: 112,
    card: "aside",
  },
  { id: "sessions", title: "Sessions", cell: (user) => user.sessions, align: "right", width: 88 },
  {
    id: "seen",
    title: "Last sign-in",
    cell: (user) => <Time at={user.last_login_at} />,
    align: "right",
    width: 112,
  },
  {
    id: "made",
    roomy: true,
    title: "Member",
    cell: (user) => <Time at={user.created_at} />,
    align: "right",
    width: 104,
  },
];

const choices: FilterChoice[] = [
  {
    key: "role",
    title: "Role",
    options: [
      { value: "user", label: "User" },
      { value: "operator", label: "Operator" },
      { value: "admin", label: "Admin" },
    ],
  },
  {
    key: "state",
    title: "State",
    options: [
      { value: "active", label: "Active" },
      { value: "disabled", label: "Disabled" },
    ],
  },
];

export function Users() {
  const { values } = useFilters(["q", "role", "state"]);
  const answer = adminLists.useUserPagesInfiniteQuery(values);
  const { data: me } = useMe();
  const [step, setStep] = useState<UserStep | null>(null);
  useRenewing("audit");
  return (
    <Page wide title="Users" description="Everybody who has an account on this installation.">
      <Asked of={answer} loading={<SkeletonRows rows={10} what="users" />}>
        {(data) => (
          <DataTable
            id="users"
            label="Users"
            columns={columns}
            rows={rowsOf(data)}
            rowKey={(user) => user.id}
            rowName={(user) => user.name}
            fingerprint={(user) => `${user.role}${user.disabled}${user.sessions}`}
            hotkeys
            more={moreOf(answer)}
            toolbar={<FilterBar search={{ key: "q", label: "Search name or address" }} choices={choices} />}
            actions={(user) => <UserActions user={user} self={user.id === me?.id} onStep={setStep} />}
            empty={
              <EmptyState icon={Search} title="Nobody fits">
                <p>Take a filter away, or search for less.</p>
              </EmptyState>
            }
          />
        )}
      </Asked>
      <div className="mt-6 max-w-2xl">
        <CliHint command="dumont users ls" />
      </div>
      <UserDialogs step={step} onClose={() => setStep(null)} />
    </Page>
  );
}

interface ActionsProps {
  user: User;
  self: boolean;
  onStep: (step: UserStep) => void;
}

/** One's own role and state are for another administrator, so that nobody locks the installation. */
function UserActions({ user, self, onStep }: ActionsProps) {
  return (
    <>
      <MenuItem icon={UserCog} disabled={self} onSelect={() => onStep({ kind: "role", user })}>
        Change role
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={() => onStep({ kind: "link", user })}>
        Make a reset link
      </MenuItem>
      <MenuItem icon={LogOut} onSelect={() => onStep({ kind: "sign-out", user })}>
        Sign out everywhere
      </MenuItem>
      <MenuSeparator />
      {user.disabled ? (
        <MenuItem icon={CircleCheck} onSelect={() => onStep({ kind: "enable", user })}>
          Enable
        </MenuItem>
      ) : (
        <MenuItem icon={Ban} danger disabled={self} onSelect={() => onStep({ kind: "disable", user })}>
          Disable
        </MenuItem>
      )}
    </>
  );
}
