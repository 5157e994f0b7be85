/** The plan of a launch as a question: asked again whenever the wish has changed and rested for a moment. */
import { useEffect, useState } from "react";
import { generatedApi, type InstanceWish, type Launched, type LaunchPlan } from "../../../lib/api/generated";

const planApi = generatedApi.injectEndpoints({
  endpoints: (build) => ({
    launchPlan: build.query<LaunchPlan, InstanceWish>({
      query: (body) => ({ url: "/api/v1/instances", method: "POST", body: { ...body, dry_run: true } }),
      transformResponse: (answer: Launched) => answer.plan as LaunchPlan,
      // Offers change by the minute: an older plan is asked for again.
      keepUnusedDataFor: 20,
    }),
  }),
});

const RESTS_MS = 350;

export function usePlan(wish: InstanceWish, skip: boolean) {
  const text = JSON.stringify(wish);
  const rested = useRested(text);
  const answer = planApi.useLaunchPlanQuery(JSON.parse(rested) as InstanceWish, {
    skip,
    refetchOnMountOrArgChange: 20,
  });
  return { ...answer, old: rested !== text || answer.isFetching };
}

function useRested(text: string): string {
  const [rested, rest] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => rest(text), RESTS_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
