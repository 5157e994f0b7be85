/** What is asked for and not over: it waits for its machine, moves, or has stopped answering. */

import { WifiOff } from "lucide-react";
import { Alert } from "../../components/Alert";
import { Badge } from "../../components/Badge";
import type { Snapshot, SnapshotProgress } from "../../lib/api/generated";
import { useTickingWords } from "../../lib/ticking";
import { StateMark } from "./figures";
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

/** In one line of a table: how far it is instead of the word. */
export function StateLine({ snapshot: { state, progress, label } }: { snapshot: Snapshot }) {
  const silence = useTickingWords((now) => (state === "running" ? silenceWords(progress, now) : ""));
  if (silence) return <SilenceMark silence={silence} />;
  if (state === "running" && progress)
    return <TransferLine label={`Progress of ${label}`} progress={progress} />;
  return <StateMark state={state} />;
}

/** The word alone, or that nothing is heard. */
export function StateWord({ snapshot: { state, progress } }: { snapshot: Snapshot }) {
  const silence = useTickingWords((now) => (state === "running" ? silenceWords(progress, now) : ""));
  return silence ? <SilenceMark silence={silence} /> : <StateMark state={state} />;
}

function SilenceMark({ silence }: { silence: string }) {
  return (
    <Badge tone="warning" icon={WifiOff}>
      Silent for {silence}
    </Badge>
  );
}
