// Rendered objects, as far as the tests look into them.
import type { KubeObject } from '../../../src/kube/client.ts';
import { render, type Values } from './helm.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
export interface Pod {
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly securityContext: unknown;
  }[];
  readonly securityContext: unknown;
}
interface Hook {
  readonly namespaceSelector?: { readonly matchExpressions: readonly { readonly values: readonly string[] }[] };
  readonly clientConfig: { readonly service: { readonly path: string } };
}
/** What the tests look at, of any kind. */
export interface Rendered extends KubeObject {
  readonly rules?: readonly Rule[];
  readonly webhooks?: readonly Hook[];
  readonly spec?: {
    readonly strategy?: { readonly type: string };
    readonly policyTypes?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: Pod;
    };
  };
}

/** All but the CRDs. */
export const objects = (values: Values = {}): Promise<readonly Rendered[]> =>
  render<Rendered>({ 'crds.install': false, ...values });
/** The only one of its kind. */
export const only = (all: readonly Rendered[], kind: string): Rendered => {
  const [found, ...more] = all.filter((object) => object.kind === kind);
  if (!found || more.length > 0) throw new Error(`expected one ${kind}, found ${more.length + (found ? 1 : 0)}`);
  return found;
};
export const podOf = (all: readonly Rendered[]): Pod | undefined => only(all, 'Deployment').spec?.template?.spec;
export const argsOf = (all: readonly Rendered[]): readonly string[] => podOf(all)?.containers[0]?.args ?? [];
