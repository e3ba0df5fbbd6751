// Claims-based security: the `$cbs` node takes a token for an audience, and links are opened on the strength of it.
import type { Message } from 'rhea';
import { type Properties, toText } from './message.ts';
import type { Reply } from './request-link.ts';
import { refuseToken, type SharedAccessKey } from './sas.ts';

/** What one connection may do. */
export interface Claims {
  /** Answers a put-token request. */
  put(request: Message): Reply;
  /** True when a token that was put covers this entity. */
  cover(address: string): boolean;
}

export function createClaims(key: () => SharedAccessKey, now: () => number): Claims {
  /** Token and expiry are kept, so that a key that changes later also ends what was granted under it. */
  const tokens = new Map<string, string>();
  const refusal = (token: string, path: string): ReturnType<typeof refuseToken> =>
    refuseToken(token, key(), path, now());
  return {
    put(request) {
      const properties = (request.application_properties ?? {}) as Properties;
      if (properties['operation'] !== 'put-token') {
        return { status: 400, description: "The operation must be 'put-token'.", condition: 'amqp:not-implemented' };
      }
      const path = pathOf(toText(properties['name']) ?? '');
      const token = toText(request.body) ?? '';
      const refused = refusal(token, path);
      if (refused === undefined) {
        tokens.set(path.toLowerCase(), token);
        return { status: 202, description: 'Accepted' };
      }
      return {
        status: 401,
        description: `InvalidSignature: The token has an invalid signature. (${refused})`,
        condition: 'amqp:unauthorized-access',
      };
    },
    cover: (address) => [...tokens.values()].some((token) => refusal(token, address) === undefined),
  };
}

/** `sb://host:port/queue/$management` names the path `queue/$management`. */
function pathOf(audience: string): string {
  return audience.replace(/^[a-z]+:\/\/[^/]*\/?/i, '');
}
