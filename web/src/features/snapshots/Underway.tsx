/** What is asked for and not over: it waits for its machine, moves, or has stopped answering. */

import { WifiOff } from "lucide-react";
import { Alert } from "../../components/Alert";
import { Badge } from "../../components/Badge";
import type { SnapshotProgress } from "../../lib/api/generated";
import { useTickingWords } from "../../lib/ticking";
import { Waiting } from "./RunThis";
import { Transfer, TransferLine } from "./Transfer";
import { silenceWords } from "./words";

interface Props {
  state: "queued" | "running";
  progress: SnapshotProgress | null;
  label: string;
}

export function Underway({ state, progress, label }: Props) {
  const silence = useTickingWords((now) => silenceWords(progress, now));
  if (state === "queued") return <Waiting>Waiting for the machine to begin.</Waiting>;
  if (!progress) return <Waiting>The machine has begun.</Waiting>;
  return (
    <div className="grid gap-3">
      <Transfer label={label} progress={progress} />
      {silence && (
        <Alert tone="warning" title="It stopped answering">
          <p>
            Nothing was heard of it for {silence}. If its machine is gone, cancel it and start another one:
            what is in the store is not sent again. If only its network is, it goes on by itself.
          </p>
        </Alert>
      )}
    </div>
  );
}

/** In one line of a table. */
export function UnderwayLine({ progress, label }: { progress: SnapshotProgress; label: string }) {
  const silence = useTickingWords((now) => silenceWords(progress, now));
  if (!silence) return <TransferLine label={label} progress={progress} />;
  return (
    <Badge tone="warning" icon={WifiOff}>
      Silent for {silence}
    </Badge>
  );
}
