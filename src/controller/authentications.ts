// What Sluice does about authentications themselves: tells of them, says who uses them, and lets them go.
import { clusterTriggerAuthentications, FINALIZER, triggerAuthentications } from '../api/names.ts';
import { releaseFinalizers } from '../kube/finalizer-release.ts';
import { announceAuthentications, type AuthenticationEventsOptions } from './authentication-events.ts';
import { type AuthenticationUsersOptions, recordAuthenticationUsers } from './authentication-users.ts';

/** Until `signal` aborts. */
export async function keepAuthentications(
  options: AuthenticationUsersOptions & AuthenticationEventsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { watches, namespaces } = options;
  announceAuthentications(options);
  const finalizer = FINALIZER;
  releaseFinalizers(
    { ...options, finalizer, resource: triggerAuthentications, store: watches.triggerAuthentications },
    signal,
  );
  // Who serves a part of the namespaces only has no right to write them.
  if (namespaces.length === 0) {
    const [resource, store] = [clusterTriggerAuthentications, watches.clusterTriggerAuthentications];
    releaseFinalizers({ ...options, finalizer, resource, store }, signal);
  }
  await recordAuthenticationUsers(options, signal);
}
