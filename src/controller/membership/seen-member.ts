// A Lease of the ring, read as the member that it stands for.
import { type Lease, MEMBERS } from '../../kube/leases.ts';
import type { SeenMember } from './view.ts';

export function seenMember({ metadata, spec }: Lease): SeenMember {
  const { name, uid = '', resourceVersion = '', annotations } = metadata;
  const ring = annotations?.[MEMBERS]?.split(',').filter((member) => member !== '');
  return { name, uid, version: resourceVersion, ring, isReleased: spec?.holderIdentity === '' };
}
