// What a release is made of agrees with itself: versions, workflows, the image's build context.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readDockerfile } from '../support/dockerfile.ts';
import { read, repositoryFiles, repositoryRoot } from '../support/source-tree.ts';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const manifest = JSON.parse(read('package.json')) as { readonly version: string; readonly license: string };
const workflows = repositoryFiles().filter((path) => path.startsWith('.github/workflows/'));
const jobs = workflows.flatMap((path) =>
  Object.entries((parse(read(path)) as Workflow).jobs).map(([name, job]) => [`${path} ${name}`, job] as const),
);

describe('versions', () => {
  it('are one: of the program, of the chart, of the image that the chart and the raw manifests name', () => {
    const chart = parse(read('charts/sluice/Chart.yaml')) as { readonly version: string; readonly appVersion: string };
    const { version } = manifest;
    expect([chart.version, chart.appVersion]).toEqual([version, version]);
    const { image } = parse(read('charts/sluice/values.yaml')) as { readonly image: Record<string, string> };
    expect(image).toMatchObject({ tag: '', digest: '' });
    const images = [...read('deploy/sluice.yaml').matchAll(/^\s*image: "?([^"\s]+)"?$/gm)].map(([, name]) => name);
    expect([...new Set(images)]).toEqual([`${image['registry']}/${image['repository']}:${version}`]);
  });

  it('are released with a section of the changelog, or are still to be', () => {
    expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## (Unreleased|${RegExp.escape(manifest.version)}\\b)`, 'm'));
  });
});

describe('workflows', () => {
  it.each(workflows)('%s gives no right to a job that does not ask for it', (path) => {
    expect((parse(read(path)) as Workflow).permissions).toEqual({});
  });

  it.each(jobs)('%s says its rights and how long it may take', (_name, job) => {
    expect(job.permissions).toEqual(expect.objectContaining({ contents: expect.stringMatching(/^(read|write)$/) }));
    expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(jobs)('%s leaves no credentials beside the sources', (_name, { steps }) => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  it.each(workflows)('%s pins every action by a commit, and says of which release', (path) => {
    const uses = [...read(path).matchAll(/^.*\buses:\s*(.*)$/gm)].map(([, action]) => action);
    for (const action of uses) expect(action).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(workflows)('%s puts no text of others into a script', (path) => {
    const scripts = [...read(path).matchAll(/\brun: (?:\|\n((?: {10,}.*\n|\n)+)|(.*))/g)].map(
      (m) => m[1] ?? m[2] ?? '',
    );
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).not.toContain('${{');
  });
});

describe('the image', () => {
  const [build, image] = readDockerfile(read('Dockerfile'));

  it('is built from files that exist and that .dockerignore lets through', () => {
    const copied = (build?.steps ?? []).flatMap((step) => ('copy' in step ? step.copy.sources : []));
    for (const source of copied)
      expect({ source, exists: existsSync(join(repositoryRoot, source)) }).toMatchObject({ exists: true });
    const allowed = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path]) => path);
    expect(new Set(allowed)).toEqual(new Set(copied));
  });

  it('runs nothing in its last stage, so that it is built for another platform without being emulated', () => {
    expect(image?.steps.filter((step) => 'run' in step)).toEqual([]);
  });

  it('says under which licence it is', () => {
    expect(image?.labels['org.opencontainers.image.licenses']).toBe(manifest.license);
  });
});
