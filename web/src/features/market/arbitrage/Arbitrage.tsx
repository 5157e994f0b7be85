/** The same GPU at different prices: where the difference is, what it saves, how it went, and what is cheap right now. */
import { useSearchParams } from "react-router";
import { Page } from "../../../components/Page";
import { Tabs } from "../../../components/Tabs";
import { useMarketRenewing } from "../news";
import { Deals } from "./Deals";
import { ModelPrices } from "./ModelPrices";
import { Opportunities } from "./Opportunities";
import { Savings } from "./Savings";

const views = ["spreads", "savings", "providers", "deals"] as const;
type View = (typeof views)[number];

export function Arbitrage() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("view") as View | null;
  const view = asked && views.includes(asked) ? asked : "spreads";
  const show = (next: string) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (next === "spreads") after.delete("view");
      else after.set("view", next);
      return after;
    });
  useMarketRenewing();
  return (
    <Page
      wide
      title="Arbitrage"
      description="The same GPU at different prices, always for an hour of one GPU."
    >
      <Tabs
        label="Views"
        value={view}
        onChange={show}
        tabs={[
          { key: "spreads", title: "Differences", view: <Opportunities /> },
          { key: "savings", title: "Savings", view: <Savings /> },
          { key: "providers", title: "By provider", view: <ModelPrices /> },
          { key: "deals", title: "Best deals", view: <Deals /> },
        ]}
      />
    </Page>
  );
}
