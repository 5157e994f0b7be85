/** What the areas that are not built yet will do, and what one can do today instead. */

export interface ComingArea {
  title: string;
  group: string;
  /** In one sentence, what it is for. */
  purpose: string;
  will: readonly [name: string, what: string][];
  today: { words: string; link?: { to: string; label: string } };
}

const team = {
  words: "Put the people who will share machines and bills into a team.",
  link: { to: "/teams", label: "Open teams" },
};
const jobs = {
  words:
    "The engine room already runs: background work, its schedules and its failures can be watched by operators.",
  link: { to: "/jobs", label: "Open jobs" },
};
const api = {
  words: "Make an API key with few scopes, so that your scripts are ready when this arrives.",
  link: { to: "/api-keys", label: "Create an API key" },
};

export const comingAreas: Record<string, ComingArea> = {
  reservations: {
    title: "Reservations",
    group: "Book",
    purpose: "A GPU for certain at a certain hour, booked in blocks.",
    will: [
      ["Seven days", "on one calendar, free and taken"],
      ["A picker", "with the price while you drag"],
      ["No double booking", "the database itself refuses an overlap"],
    ],
    today: team,
  },
  clusters: {
    title: "Clusters",
    group: "Book",
    purpose: "Several GPUs pooled for one job, shared in cost by those who use them.",
    will: [
      ["Estimate", "hours and price before anybody pays"],
      ["Members", "who contributes what and gets what"],
    ],
    today: team,
  },
  wallet: {
    title: "Wallet",
    group: "Book",
    purpose: "A USDC balance on a double-entry ledger.",
    will: [
      ["Deposit and withdraw", "on chain, each with its confirmations"],
      ["Transactions", "every entry with the balance after it"],
      ["Thirty days", "of spending, by purpose"],
    ],
    today: team,
  },
  optimizer: {
    title: "Overview",
    group: "Optimizer",
    purpose: "Where the money of a Kubernetes or AWS account goes, and what to do about it.",
    will: [
      ["Savings found", "ordered by size and by risk"],
      ["Engines at work", "what each proposes and how often it was right"],
    ],
    today: api,
  },
  models: {
    title: "Models",
    group: "Optimizer",
    purpose: "The models that forecast prices and interruptions.",
    will: [
      ["Upload", "by dropping a file, with progress and checks"],
      ["Versions", "what each was trained on and how well it does"],
    ],
    today: jobs,
  },
  "gap-filler": {
    title: "Gap filler",
    group: "Optimizer",
    purpose: "Holes in the price history, found and filled from other sources.",
    will: [
      ["Timeline", "with every gap drawn as one"],
      ["Fill", "with progress, rate and log while it runs"],
    ],
    today: jobs,
  },
  pricing: {
    title: "Pricing",
    group: "Optimizer",
    purpose: "Spot and on-demand prices over time, by type and region.",
    will: [
      ["Explorer", "ninety days on one chart, gaps shown as gaps"],
      ["Heat map", "how often each type is interrupted, by region"],
      ["CSV", "of everything on the screen"],
    ],
    today: jobs,
  },
  refresh: {
    title: "Refresh",
    group: "Optimizer",
    purpose: "Training the models again, on a schedule or now.",
    will: [
      ["Start and follow", "stage by stage"],
      ["History", "what each training changed"],
    ],
    today: jobs,
  },
  predictions: {
    title: "Predictions",
    group: "Optimizer",
    purpose: "What is forecast, and what then happened.",
    will: [
      ["Live", "as they are made"],
      ["Against the truth", "prediction and actual on one chart"],
      ["Drift", "an alarm when a model has lost touch"],
    ],
    today: jobs,
  },
  engines: {
    title: "Engines",
    group: "Optimizer",
    purpose: "Twelve engines that turn the state of a cluster into decisions.",
    will: [
      ["Configure", "in an editor that knows the schema"],
      ["Try", "on sample data before it counts"],
      ["Upload", "an engine of your own, run in a sandbox"],
    ],
    today: api,
  },
  decisions: {
    title: "Decisions",
    group: "Optimizer",
    purpose: "What the engines decided, why, and what it saved.",
    will: [
      ["Stream", "each decision as it is made"],
      ["Plan", "the steps in order, with their risk"],
    ],
    today: api,
  },
  features: {
    title: "Feature toggles",
    group: "Optimizer",
    purpose: "Switching engines and behaviours on and off, for some or for all.",
    will: [
      ["Who sees what", "by customer and by share"],
      ["History", "every switch in the audit log"],
    ],
    today: {
      words: "Every change made today is already in your activity.",
      link: { to: "/security", label: "Open security" },
    },
  },
  risk: {
    title: "Risk",
    group: "Optimizer",
    purpose: "Pools of machines that are interrupted together, learned from every interruption seen.",
    will: [
      ["Alarms", "when a pool turns dangerous"],
      ["Weight of experience", "how much own data counts, and the milestones to come"],
      ["Rebalance", "moving away in time, as jobs one can follow"],
    ],
    today: jobs,
  },
};
