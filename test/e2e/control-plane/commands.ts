// The command lines of a real control plane's programs.
import { join } from 'node:path';
import type { ControlPlaneKeys } from './keys.ts';

export type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

/** Further flags, which win over those below. */
export type Flags = Readonly<Partial<Record<Component, readonly string[]>>>;

export interface CommandOptions {
  readonly directory: string;
  readonly keys: ControlPlaneKeys;
  readonly ports: Readonly<Record<Component | 'etcd-peer', number>>;
  readonly hpaSyncMs: number;
}

export function commandOf(component: Component, { directory, keys, ports, hpaSyncMs }: CommandOptions): string[] {
  const key = (name: string): string => join(keys.directory, name);
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  switch (component) {
    case 'etcd':
      return [
        `--data-dir=${join(directory, 'etcd')}`,
        `--listen-client-urls=${etcd}`,
        `--advertise-client-urls=${etcd}`,
        `--listen-peer-urls=http://127.0.0.1:${ports['etcd-peer']}`,
        // Nothing of it has to survive the machine.
        '--unsafe-no-fsync',
      ];
    case 'kube-apiserver':
      return [
        `--etcd-servers=${etcd}`,
        `--secure-port=${ports['kube-apiserver']}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        '--endpoint-reconciler-type=none',
        '--service-cluster-ip-range=10.0.0.0/16',
        `--client-ca-file=${key('ca.crt')}`,
        `--tls-cert-file=${key('apiserver.crt')}`,
        `--tls-private-key-file=${key('apiserver.key')}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${key('service-accounts.crt')}`,
        `--service-account-signing-key-file=${key('service-accounts.key')}`,
        `--requestheader-client-ca-file=${key('front-proxy-ca.crt')}`,
        '--requestheader-allowed-names=front-proxy-client',
        '--requestheader-extra-headers-prefix=X-Remote-Extra-',
        '--requestheader-group-headers=X-Remote-Group',
        '--requestheader-username-headers=X-Remote-User',
        `--proxy-client-cert-file=${key('front-proxy-client.crt')}`,
        `--proxy-client-key-file=${key('front-proxy-client.key')}`,
        '--authorization-mode=RBAC',
        `--audit-policy-file=${join(directory, 'audit-policy.yaml')}`,
        `--audit-log-path=${join(directory, 'audit.log')}`,
        '--audit-log-mode=blocking',
      ];
    case 'kube-controller-manager':
      return [
        `--kubeconfig=${keys.controllerManager}`,
        `--authentication-kubeconfig=${keys.controllerManager}`,
        `--authorization-kubeconfig=${keys.controllerManager}`,
        `--secure-port=${ports['kube-controller-manager']}`,
        '--bind-address=127.0.0.1',
        '--leader-elect=false',
        '--use-service-account-credentials',
        `--service-account-private-key-file=${key('service-accounts.key')}`,
        `--root-ca-file=${key('ca.crt')}`,
        '--kube-api-qps=500',
        '--kube-api-burst=1000',
        `--horizontal-pod-autoscaler-sync-period=${hpaSyncMs}ms`,
      ];
    case 'kube-scheduler':
      return [
        `--kubeconfig=${keys.scheduler}`,
        `--authentication-kubeconfig=${keys.scheduler}`,
        `--authorization-kubeconfig=${keys.scheduler}`,
        `--secure-port=${ports['kube-scheduler']}`,
        '--bind-address=127.0.0.1',
        '--leader-elect=false',
      ];
    case 'kwok':
      return [
        `--kubeconfig=${keys.admin}`,
        `--config=${join(directory, 'kwok-stages.yaml')}`,
        // Other nodes belong to somebody who runs their pods.
        '--manage-all-nodes=false',
        '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
        '--node-ip=127.0.0.1',
        `--server-address=127.0.0.1:${ports.kwok}`,
        '--node-lease-duration-seconds=40',
      ];
  }
}
