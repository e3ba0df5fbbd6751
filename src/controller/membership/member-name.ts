// What a member of the ring is called.

/**
 * A DNS name, as a Lease's has to be: `sluice-`, the identity, and eight letters and digits that make it the name of one life. Who
 * starts again, or was taken for dead, is another member, so what became of the former one's last writes is no question.
 */
export function memberName(identity: string, random: () => number): string {
  const life = Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36)).join('');
  const plain = identity
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 200);
  return plain === '' ? `sluice-${life}` : `sluice-${plain}-${life}`;
}
