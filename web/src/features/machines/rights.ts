/** Who may let a machine in again: its own entries everybody, those for everyone an operator. */
import type { BlacklistEntry } from "../../lib/api/generated";
import { useAllowed } from "../../lib/session/me";

export function useMayRemove(): (entry: BlacklistEntry) => boolean {
  const writes = useAllowed("machines:write");
  const manages = useAllowed("machines:manage");
  return (entry) => entry.active && (entry.for_everyone ? manages : writes);
}
