/** How busy it was: GPU, its memory and processors over the last hours; where nothing was heard there is a gap. */
import { Asked } from "../../components/Asked";
import { Chart } from "../../components/Chart";
import { SkeletonLines } from "../../components/Skeleton";
import type { UtilisationSeries } from "../../lib/api/generated";
import { fleetApi } from "./api";

const EVERY_MS = 60_000;

export function Utilisation({ instanceId }: { instanceId: string }) {
  const answer = fleetApi.useShowInstanceMetricsQuery({ instanceId }, { pollingInterval: EVERY_MS });
  return (
    <Asked of={answer} loading={<SkeletonLines what="utilisation" lines={5} />}>
      {(series) => <Drawn series={series} />}
    </Asked>
  );
}

function Drawn({ series }: { series: UtilisationSeries }) {
  const heard = series.samples.some((count) => count > 0);
  if (!heard) return <p className="text-ink-3">Nothing was heard of it in the last six hours.</p>;
  const lines = [
    { name: "GPU", values: series.gpu_percent },
    { name: "GPU memory", values: series.gpu_memory_percent },
    { name: "CPU", values: series.cpu_percent },
    { name: "RAM", values: series.ram_percent },
  ].filter(({ values }) => values.some((value) => value !== null));
  return (
    <Chart
      label="Percent, last six hours"
      moments={series.at.map((at) => Date.parse(at) / 1000)}
      series={lines}
      words={(value) => `${value >= 10 ? value.toFixed(0) : Number(value.toFixed(2))} %`}
      height={180}
    />
  );
}
