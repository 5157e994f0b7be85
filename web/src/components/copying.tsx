/** Things to take away: a copy button, a block of code, an id, and the command line's way to do the same. */
import { Check, Copy, Terminal } from "lucide-react";
import { useEffect, useState } from "react";
import { cx } from "../lib/classes";
import { copyText } from "../lib/clipboard";
import { IconButton } from "./Button";

interface CopyProps {
  text: string;
  /** What is copied, for the button's name: "Copy API key". */
  what?: string;
  /** Beside text of one line. */
  small?: boolean;
  className?: string;
}

export function CopyButton({ text, what = "", small = false, className }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied(await copyText(text));
  return (
    <>
      <IconButton
        label={copied ? "Copied" : `Copy ${what}`.trim()}
        icon={copied ? Check : Copy}
        size={small ? "xs" : "sm"}
        onClick={() => void copy()}
        className={cx(copied && "text-ok", className)}
      />
      <span role="status" className="sr-only">
        {copied ? "Copied" : ""}
      </span>
    </>
  );
}

/** Commands or code, one line scrolls rather than wraps, with a copy button. */
export function CodeBlock({
  code,
  what = "code",
  prompt = false,
}: {
  code: string;
  what?: string;
  prompt?: boolean;
}) {
  return (
    <div className="flex min-w-0 items-start gap-1 rounded border border-line bg-sunken py-1 pr-1 pl-3">
      <pre tabIndex={0} className="thin-scroll min-w-0 flex-1 overflow-x-auto py-1 text-xs leading-5">
        <code>
          {prompt
            ? code.split("\n").map((line) => (
                <span key={line} className="block">
                  <span aria-hidden className="mr-2 text-ink-3 select-none">
                    $
                  </span>
                  {line}
                </span>
              ))
            : code}
        </code>
      </pre>
      <CopyButton text={code} what={what} />
    </div>
  );
}

/** The same thing from the command line. */
export function CliHint({ command }: { command: string }) {
  return (
    <div className="grid gap-1.5">
      <p className="flex items-center gap-1.5 text-xs text-ink-3">
        <Terminal aria-hidden className="size-3.5" />
        On the command line
      </p>
      <CodeBlock code={command} what="command" prompt />
    </div>
  );
}

/** An id short enough to read, whole when copied. Ids begin with their time, so their ends tell them apart. */
export function Id({ value, what = "id" }: { value: string; what?: string }) {
  const shown = value.length > 14 ? `…${value.slice(-8)}` : value;
  return (
    <span className="group/id inline-flex items-center gap-0.5">
      <code className="text-xs text-ink-2">{shown}</code>
      <CopyButton text={value} what={what} small className="-my-1" />
    </span>
  );
}
