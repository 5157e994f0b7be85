/** A search in words: what was understood of what somebody typed, and the same search on the command line. */
import type { Understood } from "../../lib/api/generated";
import { providerTitle } from "./names";
import { nameOf, type Search } from "./search";

function range(low: number | null, high: number | null, write: (value: number) => string): string | null {
  if (low !== null && high !== null) return low === high ? write(low) : `${write(low)} to ${write(high)}`;
  if (low !== null) return `at least ${write(low)}`;
  return high === null ? null : `at most ${write(high)}`;
}

const gpus = (value: number) => `${value} GPU${value === 1 ? "" : "s"}`;
const dollars = (value: number) => `$${value}/h`;

/** Each condition that was read, in a few words; nothing for what was not said. */
export function understoodWords(read: Understood, scored = true): string[] {
  const { models, providers, regions, countries } = read;
  const words = [
    models && (models.length > 3 ? `${models.length} models` : models.join(" or ")),
    read.gpu_count === null ? range(read.min_gpus, read.max_gpus, gpus) : gpus(read.gpu_count),
    range(read.min_vram, read.max_vram, (value) => `${value} GB`),
    range(read.min_price, read.max_price, dollars),
    read.spot && "spot",
    providers?.map(providerTitle).join(" or "),
    [...(regions ?? []), ...(countries ?? [])].join(" or "),
    read.min_reliability !== null && `reliability at least ${+(read.min_reliability * 100).toFixed(1)}%`,
    read.min_inet_down !== null && `download at least ${read.min_inet_down} Mbit/s`,
    read.cuda_min !== null && `CUDA ${read.cuda_min} or newer`,
    read.verified && "verified",
    scored && read.min_score !== null && `score at least ${read.min_score}`,
  ];
  return words.filter((each): each is string => Boolean(each));
}

/** Quoted for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w.:/=+-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

/** The call of the API that answers the same. */
export function curlOf(search: Search, origin: string): string {
  const query = nameOf(search);
  return `curl ${quoted(`${origin}/api/v1/gpus/search${query && `?${query}`}`)}`;
}
