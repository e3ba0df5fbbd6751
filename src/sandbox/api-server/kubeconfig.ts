// A kubeconfig for one user of the sandbox, with everything in it.
import { stringify } from 'yaml';
import type { CertificatePair } from '../../pki.ts';

export function kubeconfigText(options: { url: string; caPem: string; user: string; pair: CertificatePair }): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'sluice-sandbox',
      clusters: [
        {
          name: 'sluice-sandbox',
          cluster: { server: options.url, 'certificate-authority-data': base64(options.caPem) },
        },
      ],
      users: [
        {
          name: options.user,
          user: {
            'client-certificate-data': base64(options.pair.certPem),
            'client-key-data': base64(options.pair.keyPem),
          },
        },
      ],
      contexts: [
        { name: 'sluice-sandbox', context: { cluster: 'sluice-sandbox', user: options.user, namespace: 'default' } },
      ],
    },
    { lineWidth: 0 },
  );
}
