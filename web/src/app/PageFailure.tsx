/** When a page fails: its code could not be fetched (a new version, a broken line), or it has a fault. Never a white page. */
import { RefreshCw } from "lucide-react";
import { Button } from "../components/Button";
import { CopyButton } from "../components/copying";
import { Mark } from "../components/Mark";

/** Browsers word it differently; all of them fail to import or to preload. */
const fetchFailed = /dynamically imported module|importing a module|preload|Failed to fetch/i;

export function PageFailure({ error }: { error: unknown }) {
  const words = error instanceof Error ? error.message : String(error);
  const gone = fetchFailed.test(words);
  return (
    <div
      role="alert"
      className="mx-auto flex min-h-[70dvh] max-w-md flex-col justify-center gap-4 px-6 py-10"
    >
      <title>Page not shown · Dumont Cloud</title>
      <Mark size={28} />
      <div>
        <h1 className="text-xl font-semibold">
          {gone ? "This page could not be fetched" : "This page has a fault"}
        </h1>
        <p className="mt-1.5 text-ink-2">
          {gone
            ? "Dumont was probably updated while this tab was open, or the connection broke. A reload fetches the new version; you stay signed in."
            : "It is ours, not yours. The rest of the application works; what you did on the server is done."}
        </p>
      </div>
      {!gone && (
        <p className="flex items-start gap-1 rounded border border-line bg-sunken py-1 pr-1 pl-3">
          <code className="min-w-0 flex-1 py-1 text-xs [overflow-wrap:anywhere]">{words}</code>
          <CopyButton text={words} what="message" />
        </p>
      )}
      <div className="flex gap-2">
        <Button weight="primary" icon={RefreshCw} onClick={() => location.reload()}>
          Reload
        </Button>
        <Button onClick={() => location.assign("/")}>Go to the start page</Button>
      </div>
    </div>
  );
}
