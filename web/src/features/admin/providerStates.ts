/** How a provider stands, in one word, and what to do where something is wrong. */
import type { Provider } from "../../lib/api/generated";

export type ProviderState = "disabled" | "unset" | "frozen" | "failing" | "stale" | "waiting" | "fresh";

/** The worst thing first, so that one word is enough. */
export function stateOf(provider: Provider): ProviderState {
  if (provider.disabled) return "disabled";
  if (provider.standing?.frozen_reason) return "frozen";
  if (!provider.configured) return "unset";
  if (provider.error_code) return "failing";
  if (provider.last_complete_at === null) return "waiting";
  return provider.stale ? "stale" : "fresh";
}

export const stateExplained: Record<ProviderState, string> = {
  disabled: "It can't be used.",
  unset: "Its offers can't be read yet.",
  frozen: "Offers are read; nothing there is stopped or ended until somebody has looked.",
  failing: "The last reading failed; its offers stay, with their age.",
  stale: "It was not read for so long that its offers count as gone.",
  waiting: "It has not been read yet; a worker does it within a minute.",
  fresh: "Its offers are read all the time.",
};

const advice: Record<string, string> = {
  bad_credentials: "The key is not taken. Store a new one under Provider keys.",
  rate_limited: "It asks for a pause and is read again when that is over.",
  unavailable: "It does not answer, or not in its usual form. It is tried again, ever more rarely.",
  empty_answer: "It sent an empty list where there were offers. That is never believed.",
  shrunken_answer: "Its list is much shorter than before. That is not believed until it is confirmed.",
  contract_broken: "Its answers no longer look as its API promises. Look for an update of Dumont.",
  no_funds: "The account there has no money left. Top it up.",
  quota_reached: "The account there has reached its limits.",
  not_configured: "Store a key under Provider keys.",
};

export function adviceFor(code: string | null): string {
  return (code && advice[code]) || "It is tried again by itself; the log of the worker tells more.";
}

const abilities: Record<string, string> = {
  search: "Read offers",
  create: "Rent",
  spot: "Spot prices",
  stop_start: "Stop and start",
  stopped_costs: "A stopped machine costs",
  labels: "Labels",
  relabel: "Change a label",
  idempotent_create: "Never rents twice",
  loss_notice_seconds: "Warns before it takes back",
  balance: "Balance",
  logs: "Logs",
  scripts: "Runs a start script",
  images: "Starts container images",
  machine_images: "Starts images of machines",
  ssh_gateway: "SSH through a gateway",
  self_destroy: "A machine can end itself",
  physical_machines: "Names the machine",
  prepaid_hours_min: "Paid in advance",
  extends: "Sells more hours of a machine",
};

/** One that is new here is shown by the server's name. */
export function abilityName(key: string): string {
  const name = abilities[key] ?? key.replace(/_/g, " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
}
