/** A restic repository of the user's own, in which the workspace is kept: where it lies, and what opens it. */
import { PasswordField, TextField } from "../../../components/fields";
import type { Restic } from "./wish";

export const resticFields = [
  "restic.address",
  "restic.password",
  "restic.access_key",
  "restic.secret_key",
  "restic.region",
  "restic.restore_from",
];

interface Props {
  restic: Restic;
  onChange: (change: Partial<Restic>) => void;
}

export function ResticFields({ restic, onChange }: Props) {
  const named = restic.address.trim() !== "";
  return (
    <details className="group">
      <summary className="w-fit cursor-pointer rounded font-medium text-ink-2 hover:text-ink">
        Use my restic repository
      </summary>
      <div className="mt-4 grid gap-4">
        <p className="max-w-prose text-ink-2">
          Snapshots are then made by <code>restic</code> in a bucket of yours, instead of our store. You prune
          it yourself; we never delete anything there.
        </p>
        <TextField
          label="Address"
          name="restic.address"
          optional
          value={restic.address}
          placeholder="restic:s3:https://s3.example.com/backups/box"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ address: event.target.value })}
        />
        {named && (
          <>
            <PasswordField
              label="Password of the repository"
              name="restic.password"
              value={restic.password}
              hint="Kept sealed, and not shown again. Machines get it while they save or restore."
              autoComplete="off"
              onChange={(event) => onChange({ password: event.target.value })}
            />
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <TextField
                label="Access key"
                name="restic.access_key"
                value={restic.accessKey}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => onChange({ accessKey: event.target.value })}
              />
              <PasswordField
                label="Secret key"
                name="restic.secret_key"
                value={restic.secretKey}
                autoComplete="off"
                onChange={(event) => onChange({ secretKey: event.target.value })}
              />
              <TextField
                label="Region"
                name="restic.region"
                optional
                value={restic.region}
                placeholder="us-east-1"
                spellCheck={false}
                onChange={(event) => onChange({ region: event.target.value })}
              />
              <TextField
                label="Begin with snapshot"
                name="restic.restore_from"
                optional
                value={restic.from}
                placeholder="latest, or an id"
                hint="One that restic has made before, by you or by us."
                spellCheck={false}
                onChange={(event) => onChange({ from: event.target.value })}
              />
            </div>
          </>
        )}
      </div>
    </details>
  );
}
