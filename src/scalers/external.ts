// `external` and `external-push`: a server of the user's own that names its metrics and tells their values over gRPC.
import { defineDescribed } from './define-described.ts';
import { leaseChannel } from './external/channel.ts';
import { GET_METRIC_SPEC } from './external/messages.ts';
import { metricsOf } from './external/metrics.ts';
import { External, externalServer, externalSourceId, refOf, reviewExternal } from './external/parameters.ts';
import { createExternalScaler } from './external/scaler.ts';

const defineExternal = (type: 'external' | 'external-push', summary: string) =>
  defineDescribed({
    type,
    summary,
    config: External,
    takesAnyKey: true,
    review: reviewExternal,
    sourceId: externalSourceId,
    async describe({ config, input, sourceId }, deps, signal) {
      const server = externalServer(config, sourceId);
      const what = `external scaler ${config.scalerAddress}`;
      const ref = refOf(input);
      const { client, release } = await leaseChannel(server, deps);
      try {
        const asked = `${what}: GetMetricSpec`;
        const specs = metricsOf(asked, await client.ask(GET_METRIC_SPEC, ref, asked, signal));
        return specs.map((spec, index) => ({
          ...spec,
          async connect(deps) {
            const lease = await leaseChannel(server, deps);
            const { watch, ...polled } = createExternalScaler({ what, ref, metricName: spec.name }, lease, deps);
            // KEDA keeps one stream for each trigger; what it says concerns all of its metrics.
            return type === 'external-push' && index === 0 ? { ...polled, watch } : polled;
          },
        }));
      } finally {
        await release();
      }
    },
  });

export const external = defineExternal(
  'external',
  "Scales on what a server of one's own says, which speaks KEDA's external scaler protocol over gRPC.",
);
export const externalPush = defineExternal(
  'external-push',
  'Scales like external, and looks at once when the server says that there is work.',
);
