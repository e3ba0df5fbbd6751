// KEDA's chart and its release file as far as a migration touches them: CRDs as templates, Deployments, Services, APIService, webhooks.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../../src/kube/client.ts';
import { aDeployment } from '../../support/workload-world.ts';
import type { KedaSite } from './keda.ts';
import { kedaCrds, kedaServices, NAMESPACE } from './objects.ts';

/** As in KEDA's chart: without `helm.sh/resource-policy: keep`, unless a value asks for it. */
const CRDS = `{{- range $path, $_ := .Files.Glob "crd-files/*.yaml" }}
{{- $crd := $.Files.Get $path | fromYaml }}
{{- $_ := set $crd.metadata "annotations" (merge (dict) $.Values.crds.additionalAnnotations $crd.metadata.annotations) }}
---
{{ toYaml $crd }}
{{- end }}
`;

/** Made in the directory; helm takes its path for \`kedacore/keda\`. */
export async function writeKedaChart(directory: string, site: KedaSite): Promise<void> {
  await mkdir(join(directory, 'templates'), { recursive: true });
  const put = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);
  await put('Chart.yaml', stringify({ apiVersion: 'v2', name: 'keda', version: '2.21.0', appVersion: '2.21.0' }));
  await put('values.yaml', stringify({ crds: { additionalAnnotations: {} } }));
  await put('templates/crds.yaml', CRDS);
  await put('templates/keda.yaml', documents([...deployments(), ...kedaServices(site)]));
  await cp(join(site.installed, 'config/crd/bases'), join(directory, 'crd-files'), { recursive: true });
}

/** The one file of a release that people without Helm apply. */
export async function writeKedaRelease(file: string, site: KedaSite): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  const objects = [namespace, ...(await kedaCrds(site.installed)), ...deployments(), ...kedaServices(site)];
  await writeFile(file, documents(objects));
}

function deployments(): readonly KubeObject[] {
  return ['keda-operator', 'keda-operator-metrics-apiserver', 'keda-admission-webhooks'].map((name) => ({
    ...aDeployment(name, { replicas: 1 }),
    metadata: { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/name': name } },
  }));
}

function documents(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${stringify(object)}`).join('');
}
