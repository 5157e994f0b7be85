/** What is on offer now: GPUs, the most offered first; and where machines that fit a need stand. */
import { type Facets, generatedApi } from "../../../lib/api/generated";
import { filtersOf, type Need } from "./wish";

const gpuFacets = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    gpusOnOffer: build.query<Facets, void>({
      query: () => ({ url: "/api/v1/gpus/facets", params: { available_only: true } }),
      providesTags: ["Market"],
    }),
    placesOnOffer: build.query<Facets, Record<string, unknown>>({
      query: (filters) => ({ url: "/api/v1/gpus/facets", params: { ...filters, available_only: true } }),
      providesTags: ["Market"],
    }),
  }),
});

export function useGpuFacets() {
  return gpuFacets.useGpusOnOfferQuery();
}

/** Each kind of place is counted as if none of it were chosen. */
export function usePlaces(need: Need) {
  const { price, spot } = need;
  return gpuFacets.usePlacesOnOfferQuery({
    ...filtersOf(need),
    ...(price && { max_price: price }),
    ...(spot && { spot }),
  });
}
