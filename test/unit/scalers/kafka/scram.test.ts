import { describe, expect, it } from '@jest/globals';
import { createScramClient } from '../../../../src/scalers/kafka/scram.ts';

/** The example of RFC 7677, section 3. */
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const user = () => createScramClient('sha256', { username: 'user', password: 'pencil' }, NONCE);

describe('a conversation of SCRAM', () => {
  it('goes as in the example of RFC 7677', async () => {
    const client = user();
    expect(client.first).toBe(`n,,n=user,r=${NONCE}`);
    expect(await client.proof(SERVER_FIRST)).toBe(
      `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    expect(client.isGenuine('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true);
    expect(client.isGenuine('v=AAriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false);
    expect(client.isGenuine('e=other-error')).toBe(false);
  });

  it('takes no server for genuine before it has proven anything', () => {
    expect(user().isGenuine('v=')).toBe(false);
  });

  it('hides the letters of a user name that mean something', () => {
    const { first } = createScramClient('sha512', { username: 'a=b,c=d,', password: '' }, NONCE);
    expect(first).toBe(`n,,n=a=3Db=2Cc=3Dd=2C,r=${NONCE}`);
  });

  it('begins anew each time', () => {
    const begin = () => createScramClient('sha256', { username: 'user', password: 'pencil' }).first;
    expect(begin()).not.toBe(begin());
  });

  it.each([
    ['another nonce', SERVER_FIRST.replace(NONCE, 'another')],
    ['no nonce of its own', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['no salt', SERVER_FIRST.replace(/s=[^,]*/, 's=')],
    ['too little work', SERVER_FIRST.replace('4096', '1')],
    ['endless work', SERVER_FIRST.replace('4096', '4000000000')],
    ['no number', SERVER_FIRST.replace('4096', 'many')],
    ['rubbish', 'x'],
    ['nothing', ''],
  ])('is not gone on with after %s', async (_, serverFirst) => {
    await expect(user().proof(serverFirst)).rejects.toThrow(RangeError);
  });
});
