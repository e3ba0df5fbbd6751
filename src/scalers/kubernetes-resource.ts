// `kubernetes-resource`: a number in a ConfigMap or Secret of the object's namespace.
import { untilAborted } from '../async.ts';
import { SourceAnswerError } from '../errors.ts';
import { defineScaler } from './define.ts';
import { createExtract } from './kubernetes-resource/extract.ts';
import { KubernetesResource, reviewKubernetesResource } from './kubernetes-resource/parameters.ts';
import { leaseWatch } from './lease-watch.ts';

type Data = Readonly<Record<string, string>>;

/** Only text counts, as in KEDA: not binaryData. */
function dataOf(object: unknown): Data {
  const { kind, data = {} } = object as { readonly kind?: string; readonly data?: Data };
  if (kind !== 'Secret') return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

function textAt(data: Data | undefined, key: string): string | undefined {
  return data && Object.hasOwn(data, key) ? data[key] : undefined;
}

export const kubernetesResource = defineScaler({
  type: 'kubernetes-resource',
  summary: 'Scales on a number in a ConfigMap or a Secret.',
  config: KubernetesResource,
  targetField: 'targetValue',
  review: reviewKubernetesResource,
  metric: (c) => ({
    name: `${c.resourceKind.toLowerCase()}-${c.resourceName}-${c.key}`,
    target: c.targetValue,
    activation: c.activationTargetValue,
  }),
  sourceId: (c, { owner }) => `${c.resourceKind.toLowerCase()}:${owner.namespace}/${c.resourceName}`,
  batches: () => false,
  async connect(c, deps, { sourceId, owner: { namespace } }) {
    const { resourceKind: kind, resourceName: name, key } = c;
    const { client, release } = await leaseWatch(deps, sourceId, { kind, namespace, name }, dataOf);
    const extract = createExtract(c.format, c.valueType, c.valueLocation);
    const what = `${kind} ${JSON.stringify(name)} in namespace ${namespace}`;
    return {
      async read(signal) {
        await client.current(signal);
        const data = client.get(name);
        if (!data) throw new SourceAnswerError(`there is no ${what}`, { code: 'SOURCE_NOT_FOUND' });
        const text = textAt(data, key);
        if (text === undefined) {
          throw new SourceAnswerError(`${what} has no key ${JSON.stringify(key)}`, { code: 'SOURCE_NOT_FOUND' });
        }
        try {
          return { value: await extract(text) };
        } catch (error) {
          throw new SourceAnswerError(`${what}, key ${JSON.stringify(key)}: ${(error as RangeError).message}`);
        }
      },
      async watch(wake, signal) {
        let known = textAt(client.get(name), key);
        const unsubscribe = client.subscribe(({ after }) => {
          const text = textAt(after, key);
          if (text === known) return;
          known = text;
          wake();
        });
        await untilAborted(signal).finally(unsubscribe);
      },
      close: release,
    };
  },
});
