// What Kubernetes fills into a pod's specification, wherever one stands (pods, templates of workloads).
import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../object.ts';

/** The members of `defaults` that `given` lacks are added. */
export function filled(given: Json | undefined, defaults: JsonObject): JsonObject {
  const object = isObject(given) ? given : {};
  const missing = Object.entries(defaults).filter(([key]) => object[key] === undefined);
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}

export function withPodTemplateDefaults(template: Json | undefined): JsonObject {
  const object = objectAt(template);
  return { ...filled(object, { metadata: {} }), spec: withPodSpecDefaults(object['spec']) };
}

export function withPodSpecDefaults(given: Json | undefined): JsonObject {
  const spec = filled(given, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  return {
    ...spec,
    ...eachOf(spec, 'containers', withContainerDefaults),
    ...eachOf(spec, 'initContainers', withContainerDefaults),
    ...eachOf(spec, 'volumes', withVolumeDefaults),
    ...(textAt(spec, 'serviceAccountName') === undefined
      ? {}
      : filled({}, { serviceAccount: spec['serviceAccountName'] })),
  };
}

function eachOf(object: JsonObject, key: string, change: (item: JsonObject) => JsonObject): JsonObject {
  if (object[key] === undefined) return {};
  return { [key]: listAt(object, key).map((item) => (isObject(item) ? change(item) : item)) };
}

function withContainerDefaults(container: JsonObject): JsonObject {
  const image = textAt(container, 'image') ?? '';
  const tagged = /[:@][^/]+$/.test(image) && !image.endsWith(':latest');
  return {
    ...filled(container, {
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: tagged ? 'IfNotPresent' : 'Always',
    }),
    ...eachOf(container, 'ports', (port) => filled(port, { protocol: 'TCP' })),
    ...eachOf(container, 'env', withEnvDefaults),
    ...Object.fromEntries(
      ['livenessProbe', 'readinessProbe', 'startupProbe']
        .filter((name) => container[name] !== undefined)
        .map((name) => [name, withProbeDefaults(objectAt(container, name))]),
    ),
  };
}

function withEnvDefaults(variable: JsonObject): JsonObject {
  const from = variable['valueFrom'];
  if (!isObject(from) || !isObject(from['fieldRef'])) return variable;
  return { ...variable, valueFrom: { ...from, fieldRef: filled(from['fieldRef'], { apiVersion: 'v1' }) } };
}

function withProbeDefaults(probe: JsonObject): JsonObject {
  return {
    ...filled(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
    ...(isObject(probe['httpGet']) ? { httpGet: filled(probe['httpGet'], { path: '/', scheme: 'HTTP' }) } : {}),
    ...(isObject(probe['grpc']) ? { grpc: filled(probe['grpc'], { service: '' }) } : {}),
  };
}

/** Files from Secrets, ConfigMaps and the like are readable by all unless said otherwise (0644). */
const FILE_MODE = 420;

function withVolumeDefaults(volume: JsonObject): JsonObject {
  const withModes = ['secret', 'configMap', 'projected', 'downwardAPI'].filter((source) => isObject(volume[source]));
  const hasSource = Object.keys(volume).some((key) => key !== 'name');
  return {
    ...filled(volume, hasSource ? {} : { emptyDir: {} }),
    ...Object.fromEntries(withModes.map((source) => [source, filled(volume[source], { defaultMode: FILE_MODE })])),
  };
}
