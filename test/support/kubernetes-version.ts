// Which Kubernetes the stories run on, where it is a real one: what the variable KUBERNETES names, 1.36 without it.
import { KUBERNETES_VERSIONS, type KubernetesVersion } from '../e2e/control-plane/tools.ts';

export function kubernetesVersion(): KubernetesVersion {
  const asked = process.env['KUBERNETES'] || '1.36';
  const version = KUBERNETES_VERSIONS.find((known) => known === asked);
  if (version !== undefined) return version;
  throw new Error(`KUBERNETES: expected ${KUBERNETES_VERSIONS.join(' or ')}, found "${asked}"`);
}
