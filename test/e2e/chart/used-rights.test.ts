// The reading of an audit log, and what is made of it; no cluster is needed.
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../control-plane/audit.ts';
import { EVERY_PERMISSION, USER } from './granted.ts';
import { judgeRights, rightsTable } from './rights-table.ts';
import { auditRights, rightName } from './used-rights.ts';

function event(verb: string, objectRef: AuditEvent['objectRef'], more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    stage: 'ResponseComplete',
    verb,
    requestURI: '/',
    user: { username: USER },
    ...(objectRef && { objectRef }),
    requestReceivedTimestamp: '',
    stageTimestamp: '',
    ...more,
  };
}
const shop = { apiGroup: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'shop', name: 'orders' };
const secret = { resource: 'secrets', namespace: 'sluice', name: 'sluice-certs' };
const read = (...events: readonly AuditEvent[]) => auditRights(events, USER, EVERY_PERMISSION);

describe('the rights that an audit log shows', () => {
  it.each<[string, AuditEvent, readonly string[]]>([
    ['a known kind by its own right', event('patch', shop), ['patch deployments/scale.apps']],
    [
      'another kind by the right for all',
      event('get', { ...shop, apiGroup: 'a.io', resource: 'runs' }),
      ['get */scale'],
    ],
    ['an object with a right of its own by that', event('get', secret), ['get secrets sluice-certs']],
    ['others of its kind by the wider one', event('get', { ...secret, name: 'x' }), ['get secrets']],
    [
      'an apply that creates by both rights that it needs',
      event(
        'patch',
        { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace: 'sluice', name: 'a' },
        { responseStatus: { code: 201 } },
      ),
      ['patch leases.coordination.k8s.io', 'create leases.coordination.k8s.io'],
    ],
  ])('count %s', (_what, seen, rights) => {
    expect(read(seen)).toEqual({
      used: Object.fromEntries(rights.map((right) => [right, 1])),
      forbidden: [],
      others: [],
    });
  });

  it('name what was forbidden once, and not what admission refused', () => {
    const forbidden = { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'forbid' } };
    const denied = { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'allow' } };
    expect(
      read(event('patch', shop, forbidden), event('patch', shop, forbidden), event('patch', shop, denied)),
    ).toEqual({
      used: { 'patch deployments/scale.apps': 1 },
      forbidden: ['patch deployments.apps/scale orders in shop'],
      others: [],
    });
  });

  it('leave out other users and what is no resource, and tell apart what everybody may', () => {
    const review = { apiGroup: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' };
    expect(read(event('patch', shop, { user: { username: 'admin' } }), event('get', undefined))).toMatchObject({
      used: {},
    });
    expect(read(event('create', review))).toMatchObject({
      used: {},
      others: ['create selfsubjectaccessreviews.authorization.k8s.io'],
    });
  });
});

describe('the rights of the chart beside those that were used', () => {
  const used = (story: string, except?: string) =>
    new Map(
      EVERY_PERMISSION.flatMap((permission) => permission.verbs.map((verb) => rightName(verb, permission)))
        .filter((right) => right !== except)
        .map((right) => [right, new Map([[story, 1]])]),
    );

  it('are in order when each is used, and the page shows it', () => {
    expect(judgeRights(used('pause'), rightsTable(used('pause')))).toEqual([]);
  });

  it('name a right that nobody used', () => {
    expect(judgeRights(used('pause', 'get secrets'), rightsTable(used('pause')))).toContainEqual(
      expect.stringContaining('"get secrets", which no story used: take it out of'),
    );
  });

  it('want the page to name stories that use them', () => {
    for (const page of ['', rightsTable(used('gone'))]) {
      expect(judgeRights(used('pause'), page)).toEqual([expect.stringContaining('docs/security.md')]);
    }
  });
});
