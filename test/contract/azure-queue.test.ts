// The Storage Queue scaler against Azurite, filled and looked at through Azure's own client.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountSASPermissions, type QueueClient } from '@azure/storage-queue';
import { ACCOUNT_KEY, type Azurite, hasAzurite, startAzurite } from '../support/azurite.ts';
import { whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasAzurite, 'azurite', describe) as typeof describe;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function countOf(queue: QueueClient): Promise<number> {
  return (await queue.getProperties()).approximateMessagesCount ?? Number.NaN;
}

describeScaler(
  'azure-queue',
  {
    missingQueue: 'error',
    // One for each of the requests that are under way, up to what the HTTP client allows itself.
    connections: 8,
    speaks: 'http',
    names: ['a-b-9', '007', 'x'.repeat(63)],
    without: {
      tls: 'KEDA has no parameter for a CA here; the system’s authorities are tested below',
      'hundred thousand': 'Azurite takes minutes for so many messages; below it begins with them',
    },
    async start() {
      const azurite = await startAzurite();
      const client = azurite.connect();
      return {
        type: 'azure-queue',
        port: azurite.port,
        secrets: [ACCOUNT_KEY, ACCOUNT_KEY.replace(/=+$/, '')],
        async fill(name, messages) {
          const queue = client.getQueueClient(name);
          await queue.createIfNotExists();
          for (let i = await countOf(queue); i < messages; i++) await queue.sendMessage(`message ${i}`);
        },
        async contents() {
          const found: unknown[] = [];
          for await (const { name } of client.listQueues()) {
            const queue = client.getQueueClient(name);
            const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
            found.push([name, await countOf(queue), peekedMessageItems.map((m) => [m.messageId, m.dequeueCount])]);
          }
          return found;
        },
        input: (queueName, port, password) => ({
          metadata: { queueName },
          auth: {
            connection: azurite.connectionString({
              port,
              ...(password === undefined ? {} : { key: base64(password) }),
            }),
          },
        }),
        restart: azurite.restart,
        stop: azurite.stop,
      };
    },
  },
  describeHere,
);

describeHere('azure-queue', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite.stop());

  const aQueue = async (name: string, messages: number): Promise<QueueClient> => {
    const queue = azurite.connect().getQueueClient(name);
    await queue.create();
    for (let i = 0; i < messages; i++) await queue.sendMessage(`<QueueMessage> & ${i}`);
    return queue;
  };
  const read = async (metadata: Record<string, string>, connection = azurite.connectionString()): Promise<number> =>
    (await readTrigger('azure-queue', { metadata, auth: { connection } })).value;
  const both = async (queueName: string): Promise<readonly number[]> => [
    await read({ queueName }),
    await read({ queueName, queueLengthStrategy: 'visibleonly' }),
  ];

  it('counts messages in work only with the strategy all', async () => {
    const queue = await aQueue('in-work', 9);
    await queue.receiveMessages({ numberOfMessages: 4, visibilityTimeout: 60 });
    expect(await both('in-work')).toEqual([9, 5]);
  });

  it('counts delayed messages only with the strategy all', async () => {
    const queue = await aQueue('delayed', 2);
    await queue.sendMessage('later', { visibilityTimeout: 60 });
    expect(await both('delayed')).toEqual([3, 2]);
  });

  it('cannot tell visible messages apart once there are more than 31', async () => {
    const queue = await aQueue('many', 40);
    await queue.receiveMessages({ numberOfMessages: 9, visibilityTimeout: 60 });
    expect(await both('many')).toEqual([40, 31]);
    await queue.sendMessage('one more');
    expect(await both('many')).toEqual([41, 41]);
  });

  it('tells the true count of 100,000 messages', async () => {
    const full = await startAzurite({ holds: { queue: 'full', messages: 100_000 } });
    try {
      expect(await countOf(full.connect().getQueueClient('full'))).toBe(100_000);
      expect(await read({ queueName: 'full' }, full.connectionString())).toBe(100_000);
    } finally {
      await full.stop();
    }
  }, 60_000);

  it('tells the age of the oldest message that could be received now', async () => {
    const queue = await aQueue('aged', 1);
    const ask = (metadata: Record<string, string> = {}) =>
      readTrigger('azure-queue', {
        metadata: { queueName: 'aged', activationQueueLength: '1', ...metadata },
        auth: { connection: azurite.connectionString() },
        scaleOn: { measure: 'oldestAge', targetSeconds: 60 },
      });
    await eventually('seconds pass', async () => expect((await ask()).value).toBeGreaterThanOrEqual(3));
    await queue.sendMessage('younger');
    const both = await ask();
    expect(both.value).toBeGreaterThanOrEqual(3);
    expect(both.active).toBe(true);
    await queue.receiveMessages({ numberOfMessages: 1, visibilityTimeout: 60 });
    const younger = await ask();
    expect(younger.value).toBeLessThan(both.value);
    expect(younger.active).toBe(true);
    expect((await ask({ queueLengthStrategy: 'visibleonly' })).active).toBe(false);
    await queue.clearMessages();
    expect(await ask()).toEqual({ value: 0, active: false });
    expect(await countOf(queue)).toBe(0);
  });

  it('changes nothing by looking', async () => {
    const queue = await aQueue('looked-at', 3);
    for (let i = 0; i < 3; i++) await both('looked-at');
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    expect(peekedMessageItems.map(({ dequeueCount }) => dequeueCount)).toEqual([0, 0, 0]);
    expect(await countOf(queue)).toBe(3);
  });

  describe('with a shared access signature', () => {
    const signed = (permissions: string, expiresOn: Date, resources = 'sco'): string => {
      const url = azurite
        .connect()
        .generateAccountSasUrl(expiresOn, AccountSASPermissions.parse(permissions), resources);
      const [endpoint, signature] = url.split('?');
      return `QueueEndpoint=${endpoint};SharedAccessSignature=${signature}`;
    };
    const later = new Date(Date.now() + 3_600_000);

    it('reads, the right to read is enough', async () => {
      await aQueue('signed', 6);
      expect(await read({ queueName: 'signed' }, signed('r', later))).toBe(6);
      expect(await read({ queueName: 'signed', queueLengthStrategy: 'visibleonly' }, signed('r', later))).toBe(6);
    });

    it('says when it ended', async () => {
      const connection = signed('r', new Date(Date.UTC(2026, 0, 2)));
      await expect(read({ queueName: 'signed' }, connection)).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining(
          'the shared access signature ended at 2026-01-02T00:00:00.000Z; make a new one',
        ),
      });
    });

    it.each([
      ['a', 'sco', 'our identity or signature lacks the permission to read'],
      ['r', 's', 'the shared access signature is not for containers (c) and objects (o)'],
    ])('says what is wrong with the rights %s for %s', async (permissions, resources, message) => {
      await expect(read({ queueName: 'signed' }, signed(permissions, later, resources))).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining(message),
      });
    });
  });

  it('is another source when the connection string was rotated', () => {
    const idWith = (key: string): string => {
      const connection = azurite.connectionString({ key: base64(key) });
      return polled('azure-queue', { metadata: { queueName: 'signed' }, auth: { connection } }).sourceId;
    };
    expect(idWith('before')).not.toBe(idWith('after'));
    expect(idWith('before')).toBe(idWith('before'));
  });
});
