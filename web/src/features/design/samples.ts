/** Made-up figures for the style page, the same at every visit; nothing here is measured. */

/** A small repeatable sequence, so that screenshots can be compared. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

export interface SampleMachine {
  id: string;
  gpu: string;
  place: string;
  price: string;
  score: number;
  state: string;
  seen: string;
  load: number;
}

const gpus = ["RTX 4090", "A100 80GB", "H100 SXM", "L40S", "RTX 3090", "A6000"];
const places = ["Oslo, NO", "Dallas, US", "Sofia, BG", "Osaka, JP", "Warsaw, PL"];
const states = ["running", "queued", "succeeded", "failed", "waiting", "cancelled"];
const start = Date.parse("2026-01-05T08:00:00Z");

export function machines(count: number): SampleMachine[] {
  const next = sequence(7);
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] ?? "";
  return Array.from({ length: count }, (_, at) => ({
    id: `sample:${10_000 + at}`,
    gpu: pick(gpus),
    place: pick(places),
    price: (0.18 + next() * 3).toFixed(4),
    score: Math.round(35 + next() * 64),
    state: pick(states),
    seen: new Date(start + Math.floor(next() * 86_400_000)).toISOString(),
    load: Math.round(next() * 100),
  }));
}

/** A day of prices every ten minutes, with an hour missing. */
export function prices(): { moments: number[]; series: { name: string; values: (number | null)[] }[] } {
  const next = sequence(3);
  const moments = Array.from({ length: 144 }, (_, at) => start / 1000 + at * 600);
  const walk = (from: number, step: number, gap: boolean) => {
    let value = from;
    return moments.map((_, at) => {
      value = Math.max(0.05, value + (next() - 0.5) * step);
      return gap && at > 70 && at < 79 ? null : value;
    });
  };
  return {
    moments,
    series: [
      { name: "H100 SXM", values: walk(2.4, 0.08, true) },
      { name: "A100 80GB", values: walk(1.3, 0.05, false) },
      { name: "RTX 4090", values: walk(0.42, 0.03, false) },
    ],
  };
}

export function heat(): { rows: string[]; columns: string[]; values: (number | null)[][] } {
  const next = sequence(11);
  const columns = ["00", "03", "06", "09", "12", "15", "18", "21"];
  return {
    rows: gpus,
    columns,
    values: gpus.map((_, row) => columns.map((_, at) => (row === 3 && at > 5 ? null : next() * 0.4))),
  };
}
