/** What cached answers are about, so that a change or a live event renews the right ones. */

export const tagTypes = [
  "ApiKey",
  "Audit",
  "Invitation",
  "Job",
  "Market",
  "Me",
  "Provider",
  "ProviderKey",
  "Schedule",
  "Session",
  "Setting",
  "System",
  "Team",
  "User",
  "Worker",
] as const;

export type Tag = (typeof tagTypes)[number];
