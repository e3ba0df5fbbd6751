// Whom the chart grants rights, and which at most.
import { permissionsFor, type UsedParts } from '../../../src/kube/permissions.ts';
import type { Values } from './helm.ts';

export const ACCOUNT = { namespace: 'sluice', name: 'sluice' } as const;
export const USER = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;

/** With these the chart grants all that it ever grants in a whole cluster. */
export const EVERYTHING: Values = { 'operator.replicaCount': 2 };
export const EVERY_PART: UsedParts = {
  controller: true,
  metricsAdapter: true,
  membership: true,
  certSecretName: 'sluice-certs',
  publishesCa: true,
  webhookConfiguration: 'sluice-admission',
  watchNamespaces: [],
};
/** What the program says that it uses then. */
export const EVERY_PERMISSION = permissionsFor(EVERY_PART);
