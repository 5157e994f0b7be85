/** Which GPUs are on offer now, the most offered first. */
import { type Facets, generatedApi } from "../../../lib/api/generated";

const gpuFacets = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    gpusOnOffer: build.query<Facets, void>({
      query: () => ({ url: "/api/v1/gpus/facets", params: { available_only: true } }),
      providesTags: ["Market"],
    }),
  }),
});

export function useGpuFacets() {
  return gpuFacets.useGpusOnOfferQuery();
}
