/** The roles in a team and who may do what in it. The server decides; this only spares useless buttons. */
import type { TeamMember } from "../../lib/api/generated";

export type TeamRole = TeamMember["role"];

export const roleOptions: readonly { value: TeamRole; label: string; detail: string }[] = [
  { value: "member", label: "Member", detail: "Uses what the team has" },
  { value: "admin", label: "Admin", detail: "Invites and removes people" },
  { value: "owner", label: "Owner", detail: "Everything, also deleting the team" },
];

export function mayManage(mine: TeamRole): boolean {
  return mine !== "member";
}

/** Only an owner may touch an owner or make one. */
export function mayChange(mine: TeamRole, theirs: TeamRole): boolean {
  return mine === "owner" || (mine === "admin" && theirs !== "owner");
}
