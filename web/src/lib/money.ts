/** Money as the server sends it, a decimal string of dollars, held as whole micro-dollars so that nothing is rounded on the way. */

const MICRO = 1_000_000n;
const CENT = 10_000n;
const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Dollars in a decimal string to micro-dollars; more than six places are rounded half away from zero. */
export function toMicro(text: string): bigint {
  const match = decimal.exec(text.trim());
  if (!match) throw new RangeError(`Not an amount of money: "${text}"`);
  const [, sign = "", whole = "0", fraction = ""] = match;
  const six = fraction.slice(0, 6).padEnd(6, "0");
  const roundsUp = (fraction[6] ?? "0") >= "5" ? 1n : 0n;
  const micro = BigInt(whole) * MICRO + BigInt(six) + roundsUp;
  return sign === "-" ? -micro : micro;
}

/** Micro-dollars to an exact decimal string, without trailing zeros beyond the cents. */
export function fromMicro(micro: bigint): string {
  const size = micro < 0n ? -micro : micro;
  const fraction = (size % MICRO)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${micro < 0n ? "-" : ""}${size / MICRO}.${fraction.padEnd(2, "0")}`;
}

function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function roundTo(size: bigint, places: number): bigint {
  const step = 10n ** BigInt(6 - places);
  return ((size + step / 2n) / step) * step;
}

function write(size: bigint, places: number): string {
  const rounded = roundTo(size, places);
  const fraction = (rounded % MICRO).toString().padStart(6, "0").slice(0, places);
  return grouped(rounded / MICRO) + (places > 0 ? `.${fraction}` : "");
}

/** A balance or a bill: cents, "$1,204.50", the sign before the dollar. What is less than a cent is not called nothing: "$0.0009". */
export function amount(text: string | bigint): string {
  const micro = typeof text === "bigint" ? text : toMicro(text);
  const size = micro < 0n ? -micro : micro;
  const places = size < CENT ? pricePlaces(size) : 2;
  return `${micro < 0n ? "−" : ""}$${write(size, places).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

/** How many places show three significant digits, and never fewer than two. */
function pricePlaces(size: bigint): number {
  if (size === 0n) return 2;
  const digits = size.toString().length;
  return Math.min(6, Math.max(2, 9 - digits));
}

/** A price: three significant digits and at least the cents, "$0.412", "$12.40", "$0.000830". */
export function price(text: string | bigint): string {
  const micro = typeof text === "bigint" ? text : toMicro(text);
  const size = micro < 0n ? -micro : micro;
  return `${micro < 0n ? "−" : ""}$${write(size, pricePlaces(size))}`;
}
