/** The receipt of a race: how long each stage of the winner took, what the losers cost, and whether each is gone. */
import { BadgeCheck, Hourglass } from "lucide-react";
import { Badge } from "../../components/Badge";
import { Money } from "../../components/figures";
import { Fact, Facts } from "../../components/Page";
import type { Race } from "../../lib/api/generated";
import { duration } from "../../lib/time";
import { fleetApi } from "./api";
import { stageWords } from "./words";

export function ReceiptCard({ instanceId, race }: { instanceId: string; race: Race }) {
  const { data: receipt } = fleetApi.useShowInstanceReceiptQuery({ instanceId, raceId: race.id });
  if (!receipt) return null;
  const stages = Object.entries(receipt.winner_stages).filter(([, seconds]) => seconds > 0);
  return (
    <section aria-label="Receipt" className="grid content-start gap-3 rounded border border-line p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold">Receipt</h2>
        {receipt.settled ? (
          <Badge tone="ok" icon={BadgeCheck}>
            Losers confirmed gone
          </Badge>
        ) : (
          <Badge tone="info" icon={Hourglass} live>
            {receipt.confirmed} of {receipt.losers.length} confirmed gone
          </Badge>
        )}
      </div>
      <Facts>
        <Fact name="Entrants">
          <span className="figures">
            {receipt.entrants} in {receipt.rounds === 1 ? "one round" : `${receipt.rounds} rounds`}
          </span>
        </Fact>
        <Fact name="Time">
          <span className="figures">{duration(receipt.seconds)}</span>
        </Fact>
        {stages.length > 0 && (
          <Fact name="Winner">
            <span className="figures">
              {stages.map(([stage, seconds]) => `${stageWords(stage)} ${duration(seconds, 1)}`).join(" · ")}
            </span>
          </Fact>
        )}
        <Fact name="Losers">
          <span className="figures">
            <Money value={receipt.losers_cost} as="price" />{" "}
            <span className="text-ink-3">
              {receipt.losers_seconds > 0 && `for ${duration(receipt.losers_seconds)}`}
              {receipt.expected_cost !== null && (
                <>
                  {receipt.losers_seconds > 0 && ", "}expected{" "}
                  <Money value={receipt.expected_cost} as="price" />
                </>
              )}
            </span>
          </span>
        </Fact>
      </Facts>
    </section>
  );
}
