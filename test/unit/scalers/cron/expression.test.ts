import { describe, expect, it } from '@jest/globals';
import { parseCron } from '../../../../src/scalers/cron/expression.ts';

const one = (text: string) => {
  const { minutes, hours, daysOfMonth, months, daysOfWeek, days } = parseCron(text);
  return [minutes, hours, [...daysOfMonth], [...months], [...daysOfWeek], days];
};

describe('parseCron', () => {
  it.each([
    ['0 8 1 1 0', [[0], [8], [1], [1], [0], 'either']],
    ['  0  8 1 1 0 ', [[0], [8], [1], [1], [0], 'either']],
    ['5/20 8-10 1,15 JAN-mar/2 mon-FRI', [[5, 25, 45], [8, 9, 10], [1, 15], [1, 3], [1, 2, 3, 4, 5], 'either']],
    [',1,, +008 1 1 0-+0/+5', [[1], [8], [1], [1], [0], 'either']],
    ['10-20/5,3 08 1 12 SUN', [[3, 10, 15, 20], [8], [1], [12], [0], 'either']],
  ])('reads %j', (text, expected) => expect(one(text)).toEqual(expected));

  it.each([
    ['0 0 * * 1', 'both'],
    ['0 0 ? * 1', 'both'],
    ['0 0 1 * ?', 'both'],
    ['0 0 1,* * 1', 'both'],
    ['0 0 */1 * 1', 'both'],
    ['0 0 *-5 * 1', 'both'],
    ['0 0 */2 * 1', 'either'],
    ['0 0 1 * 1', 'either'],
  ])('lets days of month and week in %j match %s', (text, days) => expect(parseCron(text).days).toBe(days));

  it.each(['TZ=Asia/Tokyo 0 8 * * *', 'CRON_TZ=Asia/Tokyo 0 8 * * *'])('reads the time zone of %j', (text) => {
    expect(parseCron(text)).toMatchObject({ timezone: 'Asia/Tokyo', hours: [8] });
  });

  it('takes TZ= for UTC, and TZ=Local for nothing', () => {
    expect(parseCron('TZ= 0 8 * * *').timezone).toBe('UTC');
    expect(parseCron('TZ=Local 0 8 * * *').timezone).toBeUndefined();
  });

  it.each([
    ['0 8 * *', 'expected 5 fields'],
    ['0 0 8 * * *', 'expected 5 fields'],
    ['@daily', 'expected 5 fields'],
    ['', 'expected 5 fields'],
    ['60 8 * * *', 'field minute, found "60"'],
    ['0 24 * * *', 'field hour'],
    ['0 8 0 * *', 'field day of month'],
    ['0 8 * 13 *', 'field month'],
    ['0 8 * * 7', 'field day of week, found "7"'],
    ['0 8 * * MONDAY', 'field day of week'],
    ['0 8 * * 5-1', 'field day of week'],
    ['*/0 8 * * *', 'field minute'],
    ['-5 8 * * *', 'field minute'],
    ['1-2-3 8 * * *', 'field minute'],
    [', 8 * * *', 'field minute'],
    ['5-* 8 * * *', 'field minute'],
    ['0 8 L * *', 'field day of month'],
    ['0 8 30 2 *', 'never comes'],
    ['0 8 31 4,6,9,11 *', 'never comes'],
  ])('refuses %j', (text, message) => expect(() => parseCron(text)).toThrow(message));

  it('takes a day that only some years have', () => expect(() => parseCron('0 8 29 2 *')).not.toThrow());
});
