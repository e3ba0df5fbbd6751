// The programs that a real control plane is made of: which Go module each comes from, and how it is built.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Kubernetes by its minor; the older one is six minors behind. */
export const KUBERNETES_VERSIONS = ['1.36', '1.30'] as const;
export type KubernetesVersion = (typeof KUBERNETES_VERSIONS)[number];

export type ToolName = `kubernetes-${KubernetesVersion}` | 'etcd' | 'kwok' | 'helm' | 'dapr' | 'keda' | 'vault';

interface Recipe {
  /** The module whose version counts. */
  readonly module: string;
  /** Binaries, as `go build` names them after the package's last element; a new name where that one says little. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly tags?: string;
  /** Linker flags besides -s and -w. */
  readonly ldflags?: (version: string) => string;
  /** Files and directories of the module that the program needs at run time. */
  readonly assets?: readonly string[];
}

const KUBERNETES: Recipe = {
  module: 'k8s.io/kubernetes',
  binaries: {
    'kube-apiserver': 'kube-apiserver',
    'kube-controller-manager': 'kube-controller-manager',
    'kube-scheduler': 'kube-scheduler',
    kubectl: 'kubectl',
  },
  // Without a version of its own the server calls itself v0.0.0 and clients refuse it.
  ldflags(version) {
    const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
    const [major = '', minor = ''] = version.slice(1).split('.');
    return [set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)].join(' ');
  },
};

export const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  'kubernetes-1.36': KUBERNETES,
  'kubernetes-1.30': KUBERNETES,
  etcd: { module: 'go.etcd.io/etcd/server/v3', binaries: { server: 'etcd' } },
  kwok: { module: 'sigs.k8s.io/kwok', binaries: { kwok: 'kwok' }, assets: ['kustomize/stage'] },
  helm: { module: 'helm.sh/helm/v3', binaries: { helm: 'helm' } },
  dapr: { module: 'github.com/dapr/dapr', binaries: { daprd: 'daprd' }, tags: 'allcomponents' },
  keda: {
    module: 'github.com/kedacore/keda/v2',
    binaries: { operator: 'keda-operator', adapter: 'keda-adapter', webhooks: 'keda-webhooks' },
    assets: ['config/crd/bases', 'config/webhooks'],
  },
  // The newest whose own tree goes with a released sdk. Without the plugins of clouds and databases.
  vault: { module: 'github.com/hashicorp/vault', binaries: { vault: 'vault' }, tags: 'minimal' },
};

export const TOOL_NAMES = Object.keys(RECIPES) as readonly ToolName[];

/** Where go.mod and go.sum of a tool are. */
export function moduleDirectory(name: ToolName): string {
  return fileURLToPath(new URL(`./tools/${name}/`, import.meta.url));
}

/** As go.mod requires it, for example `v1.36.3`. */
export function versionOf(name: ToolName): string {
  const { module } = RECIPES[name];
  const goMod = readFileSync(join(moduleDirectory(name), 'go.mod'), 'utf8');
  const found = goMod.split('\n').find((line) =>
    line
      .replace(/^require /, '')
      .trim()
      .startsWith(`${module} v`),
  );
  if (found === undefined) throw new Error(`${name}/go.mod does not require ${module}`);
  return /v\S+/.exec(found.slice(found.indexOf(module) + module.length))?.[0] ?? '';
}

/** Where a tool's binaries are once they are built: outside the repository, and elsewhere whenever anything about them changes. */
export function installDirectory(name: ToolName, env: Readonly<Record<string, string | undefined>>): string {
  const hash = createHash('sha256').update(JSON.stringify([RECIPES[name], buildFlags(name)]));
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleDirectory(name), file)));
  const cache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'sluice', 'tools', `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/** Of `go build`. */
export function buildFlags(name: ToolName): readonly string[] {
  const { tags, ldflags } = RECIPES[name];
  const linker = ['-s -w', ldflags?.(versionOf(name)) ?? ''].join(' ').trim();
  return ['-trimpath', '-buildvcs=false', `-ldflags=${linker}`, ...(tags === undefined ? [] : [`-tags=${tags}`])];
}
