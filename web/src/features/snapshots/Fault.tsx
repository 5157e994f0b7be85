/** Why a snapshot or a restore failed, and what to do about it. */
import { Alert } from "../../components/Alert";
import type { SnapshotFault } from "../../lib/api/generated";

export function Fault({ error, title }: { error: SnapshotFault | null; title: string }) {
  return (
    <Alert tone="danger" title={title}>
      {error && <p>{error.message}</p>}
      {error?.hint && <p className="text-ink-2">{error.hint}</p>}
    </Alert>
  );
}
