// Who is asking: a client certificate, a bearer token from the table, or nobody.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { StatusError } from '../status.ts';
import type { User } from '../write-options.ts';

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export interface TokenTable {
  find(token: string): User | undefined;
  add(token: string, user: User): void;
}

export function createTokenTable(tokens: ReadonlyMap<string, User>): TokenTable {
  const table = new Map(tokens);
  return {
    find: (token) => table.get(token),
    add: (token, user) => void table.set(token, user),
  };
}

/** Throws 401 for a token nobody gave out. A client that presents nothing is anonymous. */
export function authenticate(request: IncomingMessage, tokens: TokenTable): User {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token) {
    const user = tokens.find(token);
    if (!user) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    return authenticated(user);
  }
  const byCertificate = certificateUser(request.socket as TLSSocket);
  return byCertificate ? authenticated(byCertificate) : ANONYMOUS;
}

/** The subject of a certificate our authority signed: CN is the name, each O a group. */
function certificateUser(socket: TLSSocket): User | undefined {
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const name = subject?.CN;
  if (typeof name !== 'string' || name === '') return undefined;
  const organizations = subject.O as string | readonly string[] | undefined;
  return { name, groups: organizations === undefined ? [] : [organizations].flat() };
}

function authenticated(user: User): User {
  return { name: user.name, groups: [...new Set([...user.groups, 'system:authenticated'])] };
}

/** `kubectl --as`: whoever may do everything may also be somebody else. */
export function impersonated(request: IncomingMessage, user: User): User {
  const name = request.headers['impersonate-user'];
  if (typeof name !== 'string' || name === '') return user;
  const groups = request.headersDistinct['impersonate-group'] ?? [];
  return authenticated({ name, groups });
}
