/** What was written on the machine: asked of its agent when somebody wants to see it, and followed while he does. */
import { RotateCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/Button";
import { Time } from "../../components/figures";
import { Picker } from "../../components/Select";
import { ErrorState } from "../../components/states";
import { Switch } from "../../components/toggles";
import type { InstanceDetail, InstanceLog } from "../../lib/api/generated";
import { asProblem, type Problem } from "../../lib/api/problem";
import { fleetApi } from "./api";
import { added } from "./logText";

type Source = InstanceLog["source"];

const sources: readonly { value: Source; label: string }[] = [
  { value: "run", label: "Run" },
  { value: "onstart", label: "Start script" },
  { value: "agent", label: "Agent" },
  { value: "cloud", label: "Provider" },
];

const TAIL = 200;
const PAUSE_MS = 1500;

/** What is run is of more interest than what prepared it. */
function usual({ run, wanted }: InstanceDetail): Source {
  if (run?.began_at) return "run";
  return wanted.onstart ? "onstart" : "agent";
}

export function Logs({ instance }: { instance: InstanceDetail }) {
  const [source, choose] = useState<Source>(usual(instance));
  return (
    <Shown
      key={`${source} ${instance.machine?.rental_id ?? ""}`}
      instanceId={instance.id}
      source={source}
      choose={choose}
    />
  );
}

interface ShownProps {
  instanceId: string;
  source: Source;
  choose: (source: Source) => void;
}

function Shown({ instanceId, source, choose }: ShownProps) {
  const [wanted, want] = useState(false);
  const [follows, follow] = useState(false);
  const { log, text, problem, busy, ask } = useLog(instanceId, source, follows);
  const box = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text's growth is what moves the box to its end
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  const show = () => {
    want(true);
    void ask();
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Picker label="Whose log" className="w-40" value={source} options={sources} onChange={choose} />
        <Button icon={RotateCw} busy={busy && !follows} onClick={show}>
          {wanted ? "Read again" : "Read it"}
        </Button>
        {log?.cursor && <Switch label="Follow" checked={follows} onChange={follow} />}
        {log && !follows && (
          <span className="text-xs text-ink-3">
            read <Time at={log.as_of} />
          </span>
        )}
      </div>
      {problem && <ErrorState problem={problem} onRetry={show} busy={busy} />}
      {log?.note && <p className="text-ink-2">{log.note}</p>}
      {log && !problem && (
        <pre
          ref={box}
          role="log"
          aria-label="What was written"
          tabIndex={0}
          className="thin-scroll max-h-96 min-h-16 overflow-auto rounded border border-line bg-surface-2 p-3 text-xs leading-5 [overflow-wrap:anywhere] whitespace-pre-wrap"
        >
          {text || <span className="text-ink-3">Nothing was written yet.</span>}
        </pre>
      )}
    </div>
  );
}

/** One question at a time; while it is followed, the next one soon after the last was answered. */
function useLog(instanceId: string, source: Source, follows: boolean) {
  const [question] = fleetApi.useLazyShowInstanceLogQuery();
  const [log, setLog] = useState<InstanceLog | null>(null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const place = useRef<string | null>(null);
  const ask = async () => {
    setBusy(true);
    try {
      const found = await question({ instanceId, source, tail: TAIL }).unwrap();
      place.current = found.cursor;
      setLog(found);
      setText(found.text);
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  useEffect(() => {
    if (!follows) return;
    let over = false;
    const read = async () => {
      while (!over && place.current) {
        try {
          const since = place.current;
          const found = await question({ instanceId, source, since, follow: true }).unwrap();
          if (over) return;
          place.current = found.cursor;
          setText((before) => added(before, found));
          setProblem(null);
        } catch (error) {
          if (!over) setProblem(asProblem(error));
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    };
    void read();
    return () => {
      over = true;
    };
  }, [follows, question, instanceId, source]);
  return { log, text, problem, busy, ask };
}
