// What the two services read from their environment.

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the service listens: PORT, else APP_PORT (set by Dapr's CLI), else 5000. */
export function listenPort(env: Environment): number {
  return env.PORT ? integer(env, 'PORT', 5000, 65_535) : integer(env, 'APP_PORT', 5000, 65_535);
}

/** Where the sidecar listens: DAPR_HTTP_PORT, which Dapr sets, else 3500. */
export function sidecarUrl(env: Environment): string {
  return `http://127.0.0.1:${integer(env, 'DAPR_HTTP_PORT', 3500, 65_535)}`;
}

/** A whole number from 0 to `max`; an empty variable counts as absent. */
export function integer(env: Environment, name: string, absent: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return absent;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new Error(`${name}: expected a whole number from 0 to ${max}, found "${text}"`);
}
