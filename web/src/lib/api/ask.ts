/** One request outside of the cache: for lists that are asked for with each key that is pressed. */
import type { BaseQueryApi } from "@reduxjs/toolkit/query";
import { query, type Request } from "./query";

/** Throws a problem. */
export async function ask<Data>(request: Request, signal: AbortSignal): Promise<Data> {
  const answer = await query(request, { signal } as BaseQueryApi, {});
  if (answer.error) throw answer.error;
  return answer.data as Data;
}
