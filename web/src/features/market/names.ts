/** Names and short words of what an offer is, where, and of whom. */
import type { Offer } from "../../lib/api/generated";
import { countryName } from "../../lib/countries";
import { short } from "../../lib/numbers";
import { providerTitle } from "../../lib/providerNames";

export { countryName, providerTitle };

const shortRegions = new Intl.DisplayNames(["en"], { type: "region", style: "short" });

export function placeOf(offer: Pick<Offer, "country" | "region">): string {
  if (!offer.country) return offer.region ?? "Unknown place";
  const country = countryName(offer.country, shortRegions);
  return country.length > 14 ? offer.country : country;
}

/** What the provider's region tells beyond the country; most repeat it. */
export function regionOf(offer: Pick<Offer, "country" | "region">): string | null {
  const { country, region } = offer;
  if (!region || !country) return null;
  const plain = region.replace(new RegExp(`,\\s*${country}$`), "").trim();
  const known = [country, countryName(country), countryName(country, shortRegions)];
  return plain && !known.includes(plain) ? plain : null;
}

export function gpuWords(offer: Pick<Offer, "gpu_name" | "gpu_count">): string {
  if (!offer.gpu_name || offer.gpu_count === 0) return "No GPU";
  return `${offer.gpu_count}× ${offer.gpu_name}`;
}

/** Of one GPU, where its name does not say it: "RTX 3060 12GB" does. */
export function memoryWords({ gpu_name: name, gpu_count: gpus, vram_gb: size }: Memory): string | null {
  if (gpus === 0 || name?.split(" ").includes(`${size}GB`)) return null;
  return gigabytes(size);
}

type Memory = Pick<Offer, "gpu_name" | "gpu_count" | "vram_gb">;

export function offerName(offer: Pick<Offer, "gpu_name" | "gpu_count" | "provider" | "machine_id">): string {
  return `${gpuWords(offer)} at ${providerTitle(offer.provider)}, machine ${offer.machine_id}`;
}

export function gigabytes(value: number | null): string {
  if (value === null) return "—";
  return value >= 1000 ? `${short(value / 1000)} TB` : `${short(value)} GB`;
}

export function bitrate(mbps: number | null): string {
  if (mbps === null) return "—";
  return mbps >= 1000 ? `${short(mbps / 1000)} Gbit/s` : `${short(mbps)} Mbit/s`;
}
