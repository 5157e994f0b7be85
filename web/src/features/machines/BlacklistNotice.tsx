/** That a machine is kept out, why, until when, and letting it in again. */
import { useState } from "react";
import { Alert } from "../../components/Alert";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import type { BlacklistEntry } from "../../lib/api/generated";
import { RemoveFromBlacklist } from "./BlacklistDialogs";
import { useMayRemove } from "./rights";
import { kindWords } from "./words";

export function BlacklistNotice({ entry }: { entry: BlacklistEntry }) {
  const [asked, ask] = useState<BlacklistEntry | null>(null);
  const mayRemove = useMayRemove();
  return (
    <>
      <Alert
        tone="danger"
        title="It is on the blacklist"
        action={
          mayRemove(entry) && (
            <Button size="sm" onClick={() => ask(entry)}>
              Take it off
            </Button>
          )
        }
      >
        <p>{entry.reason}</p>
        <p className="text-ink-2">
          {kindWords[entry.blacklist_type]}, {entry.for_everyone ? "for everyone" : "for your account alone"},
          since <Time at={entry.created_at} />
          {entry.expires_at ? (
            <>
              ; it ends <Time at={entry.expires_at} />.
            </>
          ) : (
            "; it has no end."
          )}
        </p>
      </Alert>
      <RemoveFromBlacklist entry={asked} onClose={() => ask(null)} />
    </>
  );
}
