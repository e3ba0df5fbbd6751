// The project that we run in at Google Cloud: what our environment says, else the metadata server of the machine.
import type { Environment } from '../config.ts';
import { AuthError, SourceAnswerError } from '../errors.ts';
import type { HttpClient } from '../scalers/http.ts';

const METADATA_HOST = 'metadata.google.internal';
const PROJECT = /^[\w:.-]+$/;

/** A project never changes under a machine, so it is asked for once. */
export function createOwnProject({
  http,
  env,
  what,
}: {
  readonly http: HttpClient;
  readonly env: Environment;
  readonly what: string;
}): (signal: AbortSignal) => Promise<string> {
  const given = env['CLOUDSDK_CORE_PROJECT'] ?? '';
  const url = new URL(`http://${env['GCE_METADATA_HOST'] || METADATA_HOST}/computeMetadata/v1/project/project-id`);
  let known = PROJECT.test(given) ? given : undefined;

  async function askMachine(signal: AbortSignal): Promise<string> {
    const headers = { 'metadata-flavor': 'Google' };
    const { status, text } = await http.request(url, `${what}: metadata server`, { headers }, signal);
    const project = text.trim();
    if (status !== 200)
      throw new AuthError(`${what}: the metadata server tells no project (HTTP ${status}); set CLOUDSDK_CORE_PROJECT`);
    if (!PROJECT.test(project))
      throw new SourceAnswerError(`${what}: expected a project from the metadata server, found something else`);
    known = project;
    return project;
  }

  return async (signal) => known ?? askMachine(signal);
}
