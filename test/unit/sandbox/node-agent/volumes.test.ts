import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pod, Volume } from '../../../../src/sandbox/node-agent/pod.ts';
import { prepareVolumes } from '../../../../src/sandbox/node-agent/volumes.ts';

describe('the files of a volume', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'volumes-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function prepare(path: string): Promise<void> {
    const volume: Volume = { name: 'v', downwardAPI: { items: [{ path, fieldRef: { fieldPath: 'metadata.name' } }] } };
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [], volumes: [volume] },
    };
    const nothing = (): never => {
      throw new Error('nothing is to be read');
    };
    return prepareVolumes({ pod, directory, capacity: {}, read: nothing, readToken: nothing });
  }

  it('may lie in folders of it', async () => {
    await prepare('a/./b/name');
    expect(readFileSync(join(directory, 'v/a/b/name'), 'utf8')).toBe('p');
  });

  it.each(['../../out', '/out', 'a/../../out'])(
    'never leave it: %s, whatever the API server let through',
    async (path) => {
      await expect(prepare(path)).rejects.toThrow(`expected a path inside the volume, found ${path}`);
    },
  );
});
