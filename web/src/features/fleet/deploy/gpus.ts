/** Which GPUs are on offer now, the most offered first. */
import { marketQuestions } from "../../market/api";

export function useGpuFacets() {
  return marketQuestions.useFacetsQuery({ available_only: ["true"] });
}
