/** The server's endpoints of the market, with what they tell about the cache. */
import { ask } from "../../lib/api/ask";
import {
  type CompareWish,
  type Comparison,
  type Facets,
  generatedApi,
  type SearchAnswer,
} from "../../lib/api/generated";
import type { Ask } from "./list";
import type { Search } from "./search";

export const marketApi = generatedApi.enhanceEndpoints({
  endpoints: {
    listGpuModels: { providesTags: ["Market"] },
    listGpuProviders: { providesTags: ["Market"] },
    getGpu: { providesTags: ["Market"] },
    listOpportunities: { providesTags: ["Market"] },
    showSavings: { providesTags: ["Market"] },
    compareProviders: { providesTags: ["Market"] },
    listBestDeals: { providesTags: ["Market"] },
  },
});

export const askOffers: Ask = (search, page, signal) =>
  ask<SearchAnswer>({ url: "/gpus/search", params: { ...search, ...page } }, signal);

/** A comparison changes nothing, so it is cached like a question though it is sent as a POST. */
export const marketQuestions = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    comparison: build.query<Comparison, CompareWish>({
      query: (body) => ({ url: "/api/v1/gpus/compare", method: "POST", body }),
      providesTags: ["Market"],
    }),
    facets: build.query<Facets, Search>({
      query: (search) => ({ url: "/api/v1/gpus/facets", params: withoutOrder(search) }),
      providesTags: ["Market"],
    }),
  }),
});

function withoutOrder({ sort: _, ...search }: Search): Search {
  return search;
}
