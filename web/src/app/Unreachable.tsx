/** The whole page when the server does not answer at the start: tries again by itself, and when asked. */
import { RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../components/Button";
import { CodeBlock } from "../components/copying";
import { Mark } from "../components/Mark";

const EVERY_MS = 5000;

export function Unreachable({ onRetry }: { onRetry: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const retry = useRef(onRetry);
  useEffect(() => {
    const timer = setInterval(() => void retry.current(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const tryNow = async () => {
    setBusy(true);
    await onRetry();
    setBusy(false);
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-6">
      <title>Server not reachable · Dumont Cloud</title>
      <Mark size={28} />
      <div>
        <h1 className="text-xl font-semibold">The server can't be reached</h1>
        <p className="mt-1.5 text-ink-2">
          You are still signed in. The page tries again every five seconds and opens as soon as there is an
          answer.
        </p>
      </div>
      <div className="grid gap-1.5">
        <p className="text-xs text-ink-3">
          If it runs on this machine, this starts it and this says what is wrong:
        </p>
        <CodeBlock code={"dumont up\ndumont doctor"} what="commands" prompt />
      </div>
      <div>
        <Button weight="primary" icon={RefreshCw} busy={busy} onClick={() => void tryNow()}>
          Try now
        </Button>
      </div>
    </main>
  );
}
