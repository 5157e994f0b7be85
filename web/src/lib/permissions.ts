/** What the signed-in person may do, by the names of the server's permissions. */

export type Permission =
  | "account:read"
  | "account:write"
  | "teams:read"
  | "teams:write"
  | "provider-keys:write"
  | "jobs:read"
  | "jobs:manage"
  | "workers:read"
  | "audit:read"
  | "users:manage"
  | "settings:read"
  | "providers:sync"
  | "machines:read"
  | "machines:write"
  | "machines:manage"
  | "snapshots:read"
  | "snapshots:write"
  | "fleet:read"
  | "fleet:write"
  | "fleet:manage";

/** What each permission lets one do, in words for the people who grant it. */
export const permissionWords: Record<Permission, string> = {
  "account:read": "See your profile, sessions and activity",
  "account:write": "Change your profile, keys and sessions",
  "teams:read": "See your teams and their members",
  "teams:write": "Create teams, invite and remove people",
  "provider-keys:write": "Store and remove keys of providers",
  "jobs:read": "See background jobs and their results",
  "jobs:manage": "Cancel, retry and start jobs",
  "workers:read": "See the workers that run jobs",
  "audit:read": "Read the audit log of everybody",
  "users:manage": "Change roles, disable accounts, reset passwords",
  "settings:read": "See how the server is configured",
  "providers:sync": "Ask the clouds for their offers now, and let a frozen one go on",
  "machines:read": "See your own settings for machines",
  "machines:write": "Rate machines, and keep away from some",
  "machines:manage": "Block machines for everyone, and let them in again",
  "snapshots:read": "See your snapshots, and read the files in them",
  "snapshots:write": "Take, restore and delete snapshots",
  "fleet:read": "See your instances, their machines and what they cost",
  "fleet:write": "Launch, wake, hibernate and destroy instances",
  "fleet:manage": "See every machine that costs money, whoever rents it",
};

export function allows(permissions: readonly string[] | undefined, needed: Permission | null): boolean {
  return needed === null || (permissions?.includes(needed) ?? false);
}
