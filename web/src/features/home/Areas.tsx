/** Which areas of the product are built, as this server says it. */
import { CircleCheck, CircleDashed } from "lucide-react";
import { Link } from "react-router";
import { Badge } from "../../components/Badge";
import { Group } from "../../components/Page";
import { homeApi } from "./api";

/** Where each area begins. One that this version does not know is named without a link. */
const doors: Record<string, string> = {
  market: "/market",
  fleet: "/instances",
  snapshots: "/snapshots",
  machines: "/machines",
  book: "/reservations",
  optimizer: "/optimizer",
  account: "/profile",
  admin: "/jobs",
};

export function Areas() {
  const { data } = homeApi.useShowSystemQuery();
  if (!data || data.areas.every((area) => area.ready)) return null;
  const sorted = [...data.areas].sort((a, b) => Number(b.ready) - Number(a.ready));
  return (
    <Group title="What is built">
      <ul className="divide-y divide-line rounded border border-line">
        {sorted.map((area) => (
          <li
            key={area.key}
            className="relative flex h-9 items-center justify-between gap-3 px-4 hover:bg-hover"
          >
            {doors[area.key] ? (
              <Link to={doors[area.key] ?? "/"} className="after:absolute after:inset-0">
                {area.title}
              </Link>
            ) : (
              <span>{area.title}</span>
            )}
            {area.ready ? (
              <Badge tone="ok" icon={CircleCheck}>
                Ready
              </Badge>
            ) : (
              <Badge icon={CircleDashed}>Not built yet</Badge>
            )}
          </li>
        ))}
      </ul>
    </Group>
  );
}
