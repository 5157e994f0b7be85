/** Keeps what a view shows current: the cached answers of a topic are asked again when the topic speaks. */
import { useMemo } from "react";
import { useDispatch } from "react-redux";
import { api } from "../api/client";
import { useLive } from "./live";
import { Gathering, tagsOf } from "./renewal";

export function useRenewing(topic: string | null): void {
  const dispatch = useDispatch();
  const gathering = useMemo(
    () => new Gathering((tags) => dispatch(api.util.invalidateTags(tags))),
    [dispatch],
  );
  useLive(topic, (message) => gathering.add(tagsOf(message)));
}
