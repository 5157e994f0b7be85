/** The machine of an offer, and the facts of its GPU. */
import { Link } from "react-router";
import { Money } from "../../../components/figures";
import { Fact, Facts, Group } from "../../../components/Page";
import type { OfferDetail } from "../../../lib/api/generated";
import { pathOf } from "../../../lib/machines/standing";
import { count, short } from "../../../lib/numbers";
import { bitrate, gigabytes } from "../names";

function told(value: number | null, unit: string): string {
  return value === null ? "not told" : `${count(value)} ${unit}`;
}

export function Hardware({ offer }: { offer: OfferDetail }) {
  return (
    <div className="grid gap-8">
      <Group title="The machine">
        <Facts>
          <Fact name="Past">
            {offer.total_attempts > 0 ? (
              <Link
                to={pathOf(offer.provider, offer.machine_id)}
                className="inline-flex min-h-6 items-center font-medium underline underline-offset-2"
              >
                {count(offer.total_attempts)} attempts
              </Link>
            ) : (
              "not tried yet"
            )}
          </Fact>
          <Fact name="CPU">{told(offer.cpu_cores, "cores")}</Fact>
          <Fact name="RAM">{offer.ram_gb === null ? "not told" : gigabytes(offer.ram_gb)}</Fact>
          <Fact name="Disk">
            {offer.disk_gb === null ? "not told" : gigabytes(offer.disk_gb)}
            {offer.storage_price_gb_month && (
              <span className="text-ink-3">
                , <Money value={offer.storage_price_gb_month} as="price" /> a GB and month
              </span>
            )}
          </Fact>
          <Fact name="Network">
            ↓ {bitrate(offer.inet_down_mbps)} · ↑ {bitrate(offer.inet_up_mbps)}
            {offer.egress_price_gb && (
              <span className="text-ink-3">
                , <Money value={offer.egress_price_gb} as="price" /> a GB out
              </span>
            )}
          </Fact>
          <Fact name="CUDA">{offer.cuda_max ?? "not told"}</Fact>
          <Fact name="Driver">{offer.driver ?? "not told"}</Fact>
        </Facts>
      </Group>
      {offer.gpu && <Gpu offer={offer} gpu={offer.gpu} />}
    </div>
  );
}

function Gpu({ offer, gpu }: { offer: OfferDetail; gpu: NonNullable<OfferDetail["gpu"]> }) {
  return (
    <Group
      title={`${gpu.vendor} ${gpu.name}`}
      aside={!gpu.verified && <span className="text-xs text-ink-3">some figures by rule</span>}
    >
      <Facts>
        <Fact name="Architecture">{gpu.architecture}</Fact>
        <Fact name="Memory">
          {gigabytes(gpu.vram_gb)} at {short(gpu.bandwidth_gbs)} GB/s
        </Fact>
        <Fact name="fp16, dense">
          {short(gpu.tflops)} TFLOPS
          {offer.gpu_count > 1 && (
            <span className="text-ink-3">
              , {short(offer.tflops)} of all {offer.gpu_count}
            </span>
          )}
        </Fact>
        <Fact name="fp32">{short(gpu.fp32_tflops)} TFLOPS</Fact>
        <Fact name="Power">{count(gpu.tdp_watts)} W</Fact>
        {offer.tflops_per_dollar !== null && (
          <Fact name="For a dollar">{short(offer.tflops_per_dollar)} TFLOPS an hour</Fact>
        )}
      </Facts>
    </Group>
  );
}
