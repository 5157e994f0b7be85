/** The offers that were laid aside for a comparison; kept in this browser, shared by its tabs as they open. */
import { useSyncExternalStore } from "react";
import type { Offer } from "../../lib/api/generated";
import { remembered } from "../../lib/remembered";
import { gpuWords, providerTitle } from "./names";

export interface Laid {
  id: string;
  name: string;
}

export const TRAY_MOST = 6;
export const TRAY_LEAST = 2;
const KEY = "market.tray";

let laid: readonly Laid[] = remembered<Laid[]>(KEY, []);
const listeners = new Set<() => void>();

function change(next: readonly Laid[]): void {
  laid = next;
  try {
    localStorage.setItem(`dumont.${KEY}`, JSON.stringify(next));
  } catch {
    // A private window may refuse; the tray then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTray(): readonly Laid[] {
  return useSyncExternalStore(watch, () => laid);
}

/** Whether one offer is in; a row is drawn again only when that changes. */
export function useInTray(id: string): boolean {
  return useSyncExternalStore(watch, () => laid.some((each) => each.id === id));
}

export function useTrayFull(): boolean {
  return useSyncExternalStore(watch, () => laid.length >= TRAY_MOST);
}

export function layAside(offer: Offer): void {
  if (laid.length >= TRAY_MOST || laid.some((each) => each.id === offer.id)) return;
  change([...laid, { id: offer.id, name: `${gpuWords(offer)}, ${providerTitle(offer.provider)}` }]);
}

export function takeOut(id: string): void {
  change(laid.filter((each) => each.id !== id));
}

export function toggle(offer: Offer): void {
  if (laid.some((each) => each.id === offer.id)) takeOut(offer.id);
  else layAside(offer);
}

export function emptyTray(): void {
  change([]);
}

export function compareAddress(ids: readonly string[]): string {
  return `/compare?${ids.map((id) => `id=${id}`).join("&")}`;
}
