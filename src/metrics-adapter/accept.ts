// HTTP content negotiation, as much as Kubernetes' clients use: media types with parameters, in order of preference.

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The first of `offers` for the client's best range, or undefined when it accepts none of them. An offer such as
 * `application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList` is for who asks exactly so; a plain
 * `application/json` is for every other kind of JSON as well as for no header at all.
 */
export function negotiate(accept: string | undefined, offers: readonly string[]): string | undefined {
  const ranges = (accept?.trim() || '*/*').split(',').map(parseRange);
  const best = ranges.filter((r) => r.quality > 0).toSorted((a, b) => b.quality - a.quality);
  for (const range of best) {
    const match = offers.find((offer) => matches(range, parseRange(offer)));
    if (match !== undefined) return match;
  }
  return undefined;
}

function parseRange(text: string): Range {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map((p) => [p.split('=')[0] ?? '', p.slice(p.indexOf('=') + 1)]));
  const quality = Number(parameters.get('q') ?? 1);
  parameters.delete('q');
  parameters.delete('charset');
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

function matches(range: Range, offer: Range): boolean {
  const [family] = offer.type.split('/');
  const sameType = range.type === offer.type || range.type === '*/*' || range.type === `${family}/*`;
  if (!sameType || range.parameters.size !== offer.parameters.size) return false;
  return [...range.parameters].every(([key, value]) => offer.parameters.get(key) === value);
}
