/** A form that sends one request: brings the server's field errors to their fields, the rest to an alert, and the focus there. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { asProblem, faultsByField, headline, type Problem } from "../lib/api/problem";
import { duration } from "../lib/time";
import { Alert } from "./Alert";
import { FormFaultsContext } from "./formFaults";

interface FormState {
  problem: Problem | null;
  busy: boolean;
  submit: (send: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** Runs the form's request; true when it succeeded. */
export function useFormRequest(): FormState {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (send: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await send();
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { problem, busy, submit, clear: () => setProblem(null) };
}

interface Props {
  /** Names of the fields inside, as the server writes them in its errors. */
  fields: readonly string[];
  problem: Problem | null;
  onSubmit: () => void;
  children: ReactNode;
  label?: string;
}

export function Form({ fields, problem, onSubmit, children, label }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const faults = problem ? faultsByField(problem, fields) : { fields: {}, rest: [] };
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form ref={form} noValidate onSubmit={send} aria-label={label} className="grid gap-4">
      {problem && (
        <FormAlert problem={problem} rest={faults.rest} named={Object.keys(faults.fields).length > 0} />
      )}
      <FormFaultsContext value={faults.fields}>{children}</FormFaultsContext>
    </form>
  );
}

/** What belongs to no field. When every fault is shown at its field, there is nothing to add. */
function FormAlert({ problem, rest, named }: { problem: Problem; rest: string[]; named: boolean }) {
  if (named && rest.length === 0) return null;
  const wait = problem.retryAfter ? `Try again in ${duration(problem.retryAfter)}.` : "";
  return (
    <Alert tone="danger" title={headline(problem)}>
      {rest.map((message) => (
        <p key={message}>{message}</p>
      ))}
      {(problem.hint || wait) && <p className="text-ink-2">{problem.hint || wait}</p>}
    </Alert>
  );
}

export function FormActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 pt-1">{children}</div>;
}
