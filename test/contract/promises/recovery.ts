// The same scaler works again when its broker does.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import type { ProxyMode } from '../../support/fault-proxy.ts';
import { type Stage, unproven } from './stage.ts';

const FAULTS: readonly (readonly [string, ProxyMode])[] = [
  ['refusal', 'refuse'],
  ['silence', 'silent'],
  ['half an answer', { answerBytes: 1, ending: 'silence' }],
  ['a reset', { answerBytes: 1, ending: 'reset' }],
  ['rubbish', { says: () => Buffer.from('220 mail.example.com ESMTP ready\r\n') }],
];

export function promiseRecovery(stage: Stage): void {
  const { connect, read, failure } = stage;

  it('recovers from every fault of the connection without being built anew', async () => {
    await stage.broker.fill('back', 4);
    const scaler = await connect('back');
    await eventually('it works', async () => expect(await read(scaler)).toBe(4));
    for (const [fault, mode] of FAULTS) {
      await stage.proxy.setMode(mode);
      await failure(scaler, 1_500);
      await stage.proxy.setMode('pass');
      await eventually(`it works after ${fault}`, async () => expect(await read(scaler)).toBe(4));
    }
  }, 90_000);

  stage.itWith('restart')(
    'recovers when the broker is started anew',
    async () => {
      const { broker } = stage;
      if (!broker.restart) throw unproven(stage, 'restart');
      await broker.fill('survivor', 4);
      const scaler = await connect('survivor');
      await eventually('it works', async () => expect(await read(scaler)).toBe(4));
      await broker.restart();
      await broker.fill('survivor', 4);
      await eventually('it works again', async () => expect(await read(scaler)).toBe(4), 30_000);
    },
    150_000,
  );
}
