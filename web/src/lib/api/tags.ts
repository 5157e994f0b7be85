/** What cached answers are about, so that a change or a live event renews the right ones. */

export const tagTypes = [
  "ApiKey",
  "Audit",
  "Blacklist",
  "Budget",
  "Instance",
  "Invitation",
  "Job",
  "Machine",
  "Market",
  "Me",
  "Preference",
  "Provider",
  "ProviderKey",
  "Rental",
  "Repository",
  "Retention",
  "Savings",
  "Schedule",
  "Session",
  "Setting",
  "Snapshot",
  "Standby",
  "System",
  "Team",
  "User",
  "Webhook",
  "Worker",
] as const;

export type Tag = (typeof tagTypes)[number];
