// Azure Storage Queues behind the demo: Azurite, and what the demo asks it.
import { join } from 'node:path';
import { SourceUnavailableError } from '../../errors.ts';
import { createAuthorize } from '../../scalers/azure-queue/authorize.ts';
import { type DemoBroker, type DemoBrokerOptions, QUEUE, requireFiles } from './demo-broker.ts';

const ACCOUNT = 'demo';

export async function startStorageQueueBroker(options: DemoBrokerOptions): Promise<DemoBroker> {
  const { directory, clock, signal } = options;
  const files = requireFiles(options.files, 'storagequeue');
  const { startLocalAzurite } = await import('../../sandbox/azurite.ts');
  const key = Buffer.from('azurite of the demo');
  const account = { account: ACCOUNT, key: key.toString('base64') };
  const azurite = await startLocalAzurite({ directory: join(directory, 'azurite'), files, ...account, clock, signal });
  const { endpoint } = azurite;
  const authorize = createAuthorize({ account: ACCOUNT, key }, clock);
  const connection =
    `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${account.key};` +
    `QueueEndpoint=${endpoint}/${ACCOUNT};`;
  /** Undefined while there is no queue: the sidecar makes it when it starts. */
  const ask = async (path: string, abort: AbortSignal): Promise<Response | undefined> => {
    const { url, headers } = await authorize(new URL(`${endpoint}/${ACCOUNT}/${QUEUE}${path}`), abort);
    const answer = await fetch(url, { headers, signal: abort });
    if (answer.ok) return answer;
    await answer.body?.cancel();
    if (answer.status === 404) return undefined;
    throw new SourceUnavailableError(`Azurite answered ${answer.status}`);
  };
  return {
    title: 'Azure Storage Queues (Azurite)',
    secret: { name: 'storagequeue', stringData: { ...account, endpoint, connection } },
    setsAside: false,
    async depth(abort) {
      const answer = await ask('?comp=metadata', abort);
      await answer?.body?.cancel();
      // Those that a replica has taken count until it has deleted them.
      return { waiting: Number(answer?.headers.get('x-ms-approximate-messages-count') ?? 0), setAside: 0 };
    },
    async peek(abort) {
      const xml = await (await ask('/messages?peekonly=true&numofmessages=1', abort))?.text();
      const text = /<MessageText>(.*?)<\/MessageText>/s.exec(xml ?? '')?.[1];
      return text?.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    },
    // What failed is hidden from us as it is from others.
    purge: async () => {},
    stop: () => azurite.stop(),
  };
}
