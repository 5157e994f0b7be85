/** An offer's figures as the words of its row: written once, however often the row comes into sight. */
import { wordsOf } from "../../components/reliabilityLooks";
import type { Offer } from "../../lib/api/generated";
import { cachedBy } from "../../lib/cached";
import { price, toMicro } from "../../lib/money";
import { short } from "../../lib/numbers";
import { countryName, gpuWords, memoryWords, offerName, placeOf, providerTitle, regionOf } from "./names";

const money = (value: string | null) => (value !== null && toMicro(value) !== 0n ? price(value) : null);

export const rowWords = cachedBy((offer: Offer) => {
  const region = regionOf(offer);
  return {
    name: offerName(offer),
    gpu: gpuWords(offer),
    memory: memoryWords(offer),
    provider: providerTitle(offer.provider),
    /** With a region beside it the country is its two letters. */
    place: region ? offer.country : placeOf(offer),
    region,
    wholePlace: [offer.country && countryName(offer.country), offer.region].filter(Boolean).join(", "),
    price: money(offer.price_hour),
    spot: money(offer.spot_price_hour),
    effective: money(offer.effective_price_hour),
    score: offer.g_score === null ? null : Math.round(offer.g_score),
    reliability: wordsOf({ status: offer.reliability_status, score: offer.reliability_score }),
    tflops: offer.tflops ? short(offer.tflops) : null,
    value: offer.tflops_per_dollar === null ? null : short(offer.tflops_per_dollar),
  };
});
