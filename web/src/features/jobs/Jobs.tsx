/** What the server does in the background, as it happens: jobs, their schedules, and one job in full beside the list. */
import { useNavigate, useParams, useSearchParams } from "react-router";
import { CliHint } from "../../components/copying";
import { Sheet } from "../../components/Dialog";
import { Page } from "../../components/Page";
import { Tabs } from "../../components/Tabs";
import { JobDetail } from "./JobDetail";
import { JobTable } from "./JobTable";
import { useLiveJobs } from "./live";
import { Schedules } from "./Schedules";

export function Jobs() {
  const { jobId } = useParams();
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  useLiveJobs();
  const search = params.size > 0 ? `?${params}` : "";
  const view = params.get("view") ?? "jobs";
  return (
    <Page wide title="Jobs" description="What the server does in the background, as it happens.">
      <Tabs
        label="Views of jobs"
        value={view}
        onChange={(next) => setParams(next === "jobs" ? {} : { view: next }, { replace: true })}
        tabs={[
          {
            key: "jobs",
            title: "Jobs",
            view: <JobTable onOpen={(job) => void navigate(`/jobs/${job.id}${search}`)} />,
          },
          { key: "schedules", title: "Schedules", view: <Schedules /> },
        ]}
      />
      <div className="mt-6 max-w-2xl">
        <CliHint command={view === "jobs" ? "dumont jobs ls" : "dumont schedules ls"} />
      </div>
      <Sheet open={jobId !== undefined} onOpenChange={() => void navigate(`/jobs${search}`)} title="Job">
        {jobId && <JobDetail jobId={jobId} />}
      </Sheet>
    </Page>
  );
}
