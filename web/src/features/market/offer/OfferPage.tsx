/** One offer with everything that is known of it: prices part by part, the machine, the past, and what is like it. */
import { Columns3, Rocket, Store } from "lucide-react";
import { useParams } from "react-router";
import { Alert } from "../../../components/Alert";
import { Asked } from "../../../components/Asked";
import { Big, Bigs } from "../../../components/Bigs";
import { Button, ButtonLink } from "../../../components/Button";
import { Id } from "../../../components/copying";
import { Money, Time } from "../../../components/figures";
import { Fact, Facts, Group, Page } from "../../../components/Page";
import { SkeletonLines } from "../../../components/Skeleton";
import { ErrorState } from "../../../components/states";
import type { Offer, OfferDetail } from "../../../lib/api/generated";
import { asProblem } from "../../../lib/api/problem";
import { marketApi } from "../api";
import { ParetoStar, ReliabilityCell, ScoreCell, Verified } from "../cells";
import { countryName, gpuWords, providerTitle } from "../names";
import { useMarketRenewing } from "../news";
import { TrayBar } from "../TrayBar";
import { toggle, useInTray, useTrayFull } from "../tray";
import { Breakdown } from "./Breakdown";
import { Hardware } from "./Hardware";
import { Histories } from "./Histories";
import { OfferList } from "./OfferList";
import { Past } from "./Past";

export function OfferPage() {
  const { offerId = "" } = useParams();
  const answer = marketApi.useGetGpuQuery({ offer: offerId });
  useMarketRenewing();
  if (answer.error && !answer.data) return <Unknown answer={answer} />;
  return (
    <Asked
      of={answer}
      loading={
        <Page title="Offer" wide>
          <SkeletonLines what="the offer" lines={6} />
        </Page>
      }
    >
      {(offer) => <Drawn offer={offer} />}
    </Asked>
  );
}

/** Gone for good, or not answered. */
function Unknown({ answer }: { answer: { error?: unknown; isFetching: boolean; refetch: () => unknown } }) {
  const problem = asProblem(answer.error);
  return (
    <Page title="Offer">
      <ErrorState problem={problem} onRetry={() => void answer.refetch()} busy={answer.isFetching} />
      <div className="text-center">
        <ButtonLink to="/market" icon={Store}>
          To the market
        </ButtonLink>
      </div>
    </Page>
  );
}

function Drawn({ offer }: { offer: OfferDetail }) {
  return (
    <Page
      wide
      title={gpuWords(offer)}
      description={<Where offer={offer} />}
      actions={<Actions offer={offer} />}
    >
      <div className="grid gap-8">
        <State offer={offer} />
        <Headline offer={offer} />
        <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-2">
          <Breakdown offer={offer} />
          <Hardware offer={offer} />
        </div>
        <Past offer={offer} />
        <Histories offer={offer} />
        <Others offer={offer} />
        <Group title="Where it comes from">
          <Facts>
            <Fact name="Provider's offer">
              <Id value={offer.provider_offer_id} what="provider's offer id" />
            </Fact>
            <Fact name="Machine">
              <code className="text-xs">{offer.machine.key}</code>
              {offer.host_id && <span className="text-ink-3"> of host {offer.host_id}</span>}
            </Fact>
            <Fact name="Offer">
              <Id value={offer.id} what="offer id" />
            </Fact>
            <Fact name="First seen">
              <Time at={offer.first_seen} />
            </Fact>
            <Fact name="Last seen">
              <Time at={offer.last_seen} />
            </Fact>
          </Facts>
        </Group>
      </div>
      <TrayBar />
    </Page>
  );
}

function Where({ offer }: { offer: Offer }) {
  const place = [offer.country && countryName(offer.country), offer.region].filter(Boolean).join(", ");
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {providerTitle(offer.provider)}
      {place && <span className="text-ink-3">· {place}</span>}
      {offer.verified && <Verified offer={offer} />}
      {offer.pareto && (
        <span className="inline-flex items-center gap-1 text-ink-2">
          <ParetoStar /> Nothing is better in price, performance and reliability at once
        </span>
      )}
    </span>
  );
}

function Actions({ offer }: { offer: Offer }) {
  const inside = useInTray(offer.id);
  const full = useTrayFull();
  const rentable = offer.available && !offer.is_blacklisted;
  return (
    <>
      <Button icon={Columns3} disabled={full && !inside} aria-pressed={inside} onClick={() => toggle(offer)}>
        {inside ? "Laid aside" : "Lay aside to compare"}
      </Button>
      {rentable && (
        <ButtonLink to={`/deploy?offer=${offer.id}`} weight="primary" icon={Rocket}>
          Deploy
        </ButtonLink>
      )}
    </>
  );
}

function State({ offer }: { offer: Offer }) {
  if (offer.is_blacklisted)
    return (
      <Alert tone="danger" title="This machine is on the blacklist">
        <p>{offer.blacklist_reason ?? "No reason was given."}</p>
      </Alert>
    );
  if (offer.stale)
    return (
      <Alert tone="warning" title={`${providerTitle(offer.provider)} was not heard for too long`}>
        <p>
          What is shown is from <Time at={offer.last_seen} />. Price and availability may have changed.
        </p>
      </Alert>
    );
  if (!offer.available)
    return (
      <Alert tone="warning" title="This offer is gone">
        <p>
          The provider does not list it any more since <Time at={offer.last_seen} />; somebody may have rented
          it. Offers like it are below.
        </p>
      </Alert>
    );
  return null;
}

function Headline({ offer }: { offer: Offer }) {
  return (
    <Bigs>
      <Big name="Price">{offer.price_hour ? <Money value={offer.price_hour} per="h" /> : <NotOffered />}</Big>
      <Big name="Effective price">
        {offer.effective_price_hour ? <Money value={offer.effective_price_hour} per="h" /> : <NotOffered />}
      </Big>
      <Big name="Spot">
        {offer.spot_price_hour ? <Money value={offer.spot_price_hour} per="h" /> : <NotOffered />}
      </Big>
      <Big name="G-score">
        <ScoreCell offer={offer} />
      </Big>
      <Big name="Reliability">
        <ReliabilityCell offer={offer} />
      </Big>
    </Bigs>
  );
}

function NotOffered() {
  return <span className="font-normal text-ink-3">not offered</span>;
}

function Others({ offer }: { offer: OfferDetail }) {
  return (
    <>
      <Group title="More of this machine">
        <OfferList
          label="Other offers of this machine"
          offers={offer.machine.offers}
          none="The provider offers this machine in no other size."
        />
      </Group>
      <Group title={`Other ${offer.gpu_name ?? "machines"}`}>
        <OfferList
          label="Similar offers"
          offers={offer.similar.filter((other) => other.id !== offer.id)}
          none="Nobody else offers this GPU now."
        />
      </Group>
    </>
  );
}
