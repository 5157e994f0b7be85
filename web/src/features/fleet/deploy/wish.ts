/** What is wished for: the need stands in the address, the options are this browser's own, and both make one request. */
import type { InstanceWishWrite as InstanceWish } from "../../../lib/api/generated";
import { typedNumber } from "../../../lib/numbers";
import { momentOf } from "../deadline";

export interface Need {
  q: string;
  models: string[];
  count: string;
  vram: string;
  price: string;
  providers: string[];
  countries: string[];
  spot: boolean;
  /** As the field has it: in the time of this computer. */
  deadline: string;
  hours: string;
  offer: string | null;
}

/** A restic repository of the user's own; nothing is kept in one while it has no address. */
export interface Restic {
  address: string;
  password: string;
  accessKey: string;
  secretKey: string;
  region: string;
  from: string;
}

export const noRestic: Restic = {
  address: "",
  password: "",
  accessKey: "",
  secretKey: "",
  region: "",
  from: "",
};

export interface Options {
  name: string;
  /** For which it is launched, and whose budget it counts against; null is for oneself. */
  team: string | null;
  disk: string;
  image: string;
  keys: string;
  onstart: string;
  run: string;
  ports: string;
  env: string;
  sleeps: boolean;
  /** Null is as the owner has it usually. */
  standby: boolean | null;
  machines: string;
  restic: Restic;
}

export const noOptions: Options = {
  name: "",
  team: null,
  disk: "50",
  image: "",
  keys: "",
  onstart: "",
  run: "",
  ports: "",
  env: "",
  sleeps: true,
  standby: null,
  machines: "",
  restic: noRestic,
};

/** What is kept for the next time: a name and a team are for once, an environment holds secrets, and a repository some. */
export function lasting(options: Options): Options {
  return { ...options, name: "", team: null, env: "", restic: noRestic };
}

export function readNeed(params: URLSearchParams): Need {
  const one = (name: string) => params.get(name) ?? "";
  return {
    q: one("q"),
    models: params.getAll("model"),
    count: one("gpu_count"),
    vram: one("min_vram"),
    price: one("max_price"),
    providers: params.getAll("provider"),
    countries: params.getAll("country"),
    spot: params.get("spot") === "true",
    deadline: one("deadline"),
    hours: one("work_hours"),
    offer: params.get("offer"),
  };
}

export function writeNeed(need: Need): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string | null) => value && params.set(name, value);
  put("q", need.q.trim());
  for (const model of need.models) params.append("model", model);
  put("gpu_count", need.count);
  put("min_vram", need.vram);
  put("max_price", need.price);
  for (const provider of need.providers) params.append("provider", provider);
  for (const country of need.countries) params.append("country", country);
  put("spot", need.spot ? "true" : "");
  put("deadline", need.spot ? need.deadline : "");
  put("work_hours", need.spot ? need.hours : "");
  put("offer", need.offer);
  return params;
}

export const saysNothing = (need: Need) =>
  !need.q.trim() && need.models.length === 0 && !need.offer && !need.vram && !need.price && !need.count;

/** In a few words, for where there is little room. */
export function needWords({ q, models, count, offer }: Need): string {
  if (offer && !q.trim() && models.length === 0) return "one offer first";
  const gpus = count === "0" ? ["no GPU"] : models.map((model) => (count ? `${count}× ${model}` : model));
  return [q.trim(), ...gpus].filter(Boolean).join(", ");
}

export function filtersOf(need: Need): NonNullable<InstanceWish["filters"]> {
  return {
    ...(need.q.trim() && { q: need.q.trim() }),
    ...(need.models.length > 0 && { model: need.models }),
    ...(need.count && { gpu_count: typedNumber(need.count) }),
    ...(need.vram && { min_vram: typedNumber(need.vram) }),
    ...(need.providers.length > 0 && { provider: need.providers }),
    ...(need.countries.length > 0 && { country: need.countries }),
  };
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** `NAME=value`, one a line; a line without `=` is told by the server. */
export function readEnv(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1)];
    }),
  );
}

export function readPorts(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .flatMap((port) => typedNumber(port) ?? []);
}

/** Only with spot is there anything to choose from; what is half said is told by the server. */
function deadlineOf({ spot, deadline, hours }: Need): Pick<InstanceWish, "deadline" | "work_hours"> {
  if (!spot) return {};
  const at = momentOf(deadline);
  const work = typedNumber(hours);
  return {
    ...(at !== null && { deadline: at }),
    ...(work !== null && { work_hours: work }),
  };
}

export function wishOf(need: Need, options: Options, dryRun: boolean): InstanceWish {
  const disk = typedNumber(options.disk);
  const machines = typedNumber(options.machines);
  return {
    name: options.name.trim() || null,
    ...(options.team && { team_id: options.team }),
    offer_id: need.offer,
    filters: filtersOf(need),
    spot: need.spot,
    ...deadlineOf(need),
    ...(need.price.trim() && { max_price_hour: need.price.trim() }),
    ...(disk !== null && { disk_gb: disk }),
    image: options.image.trim(),
    ssh_keys: lines(options.keys),
    onstart: options.onstart,
    run: options.run,
    ports: readPorts(options.ports),
    env: readEnv(options.env),
    hibernation: { enabled: options.sleeps },
    ...(options.standby !== null && { standby: { enabled: options.standby } }),
    ...(machines !== null && { race: { machines } }),
    ...(!dryRun && options.restic.address.trim() && { restic: resticOf(options.restic) }),
    dry_run: dryRun,
  };
}

function resticOf({ address, region, from, ...opens }: Restic): NonNullable<InstanceWish["restic"]> {
  return {
    address: address.trim(),
    region: region.trim(),
    password: opens.password,
    access_key: opens.accessKey.trim(),
    secret_key: opens.secretKey.trim(),
    restore_from: from.trim() || null,
  };
}
