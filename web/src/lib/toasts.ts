/** The queue of short messages; what a message can undo is a function, so it lives outside the Redux store. */
import { asProblem, headline } from "./api/problem";

export interface ToastNote {
  id: number;
  tone: "ok" | "danger" | "info";
  title: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

let notes: readonly ToastNote[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(changed: readonly ToastNote[]): void {
  notes = changed;
  for (const listener of listeners) listener();
}

export const currentToasts = () => notes;

export function watchToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function toast(note: Omit<ToastNote, "id" | "tone"> & { tone?: ToastNote["tone"] }): void {
  change([...notes.slice(-3), { tone: "ok", ...note, id: next++ }]);
}

/** A request that failed outside of a form or a dialog. */
export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  toast({ tone: "danger", title: headline(problem), detail: problem.hint });
}

export function dismiss(id: number): void {
  change(notes.filter((note) => note.id !== id));
}
