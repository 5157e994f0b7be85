/** The one `createApi`: generated endpoints are injected into it, areas add their tags. */
import { createApi } from "@reduxjs/toolkit/query/react";
import { query } from "./query";
import { tagTypes } from "./tags";

export const api = createApi({
  reducerPath: "api",
  baseQuery: query,
  tagTypes,
  endpoints: () => ({}),
  refetchOnReconnect: true,
  keepUnusedDataFor: 60,
});
