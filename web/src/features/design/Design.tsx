/** The living style page: every shared part, in the light and the dark theme beside each other. */
import { useState } from "react";
import { Page } from "../../components/Page";
import { Tabs } from "../../components/Tabs";
import { Actions, Feedback, Inputs, Overlays } from "./Controls";
import { Charts, Figures, Tables } from "./Data";
import { Colours, Type } from "./Foundations";

export type Theme = "light" | "dark";

interface Part {
  key: string;
  title: string;
  draw: (theme: Theme) => React.ReactNode;
}

const chapters: { key: string; title: string; parts: Part[] }[] = [
  {
    key: "foundations",
    title: "Foundations",
    parts: [
      { key: "colours", title: "Colours", draw: () => <Colours /> },
      { key: "type", title: "Type, mark and rhythm", draw: () => <Type /> },
    ],
  },
  {
    key: "controls",
    title: "Controls",
    parts: [
      { key: "actions", title: "Actions", draw: () => <Actions /> },
      { key: "inputs", title: "Form", draw: (theme) => <Inputs theme={theme} /> },
      { key: "overlays", title: "Over the page", draw: () => <Overlays /> },
    ],
  },
  {
    key: "data",
    title: "Data",
    parts: [
      { key: "figures", title: "Figures and states", draw: () => <Figures /> },
      { key: "charts", title: "Charts", draw: (theme) => <Charts theme={theme} /> },
      { key: "tables", title: "Table", draw: (theme) => <Tables theme={theme} /> },
    ],
  },
  {
    key: "feedback",
    title: "Feedback",
    parts: [{ key: "feedback", title: "Empty, loading, failed, forbidden, old", draw: () => <Feedback /> }],
  },
];

export function Design() {
  const [chapter, setChapter] = useState("foundations");
  return (
    <Page
      wide
      title="Style"
      description="Every shared part of the interface in both themes. All figures on this page are samples."
    >
      <Tabs
        label="Chapters"
        value={chapter}
        onChange={setChapter}
        tabs={chapters.map(({ key, title, parts }) => ({ key, title, view: <Parts parts={parts} /> }))}
      />
    </Page>
  );
}

function Parts({ parts }: { parts: Part[] }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8">
      {parts.map((part) => (
        <section key={part.key} aria-labelledby={`part-${part.key}`}>
          <h2 id={`part-${part.key}`} className="mb-3 text-base font-semibold">
            {part.title}
          </h2>
          <div className="grid grid-cols-[minmax(0,1fr)] overflow-hidden rounded border border-line xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            {(["light", "dark"] as const).map((theme) => (
              <div key={theme} data-theme={theme} className="min-w-0 bg-surface p-5 text-ink">
                {part.draw(theme)}
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
