// Which real programs a test can have here: built already, or buildable because there is Go.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { installDirectory, type ToolName } from './tools.ts';

let hasGo: boolean | undefined;

/** `describe` where all of them can be had, else one loud line and `describe.skip`. */
export function whereBuildable<D extends { readonly skip: unknown }>(
  describe: D,
  ...tools: readonly ToolName[]
): D | D['skip'] {
  return areBuildable(...tools) ? describe : (describe.skip as D['skip']);
}

/** For `make test`, which builds nothing: false with one loud line unless all of them are there. */
export function areBuilt(...tools: readonly ToolName[]): boolean {
  const missing = notBuilt(tools);
  if (missing.length === 0) return true;
  const command = `node test/e2e/control-plane/build.ts ${missing.join(' ')}`;
  console.warn(`SKIPPED: ${missing.join(', ')} is not built yet: ${command} does that, with Go`);
  return false;
}

/** False with one loud line. */
export function areBuildable(...tools: readonly ToolName[]): boolean {
  const missing = notBuilt(tools);
  if (missing.length === 0) return true;
  hasGo ??= spawnSync('go', ['version']).status === 0;
  if (!hasGo) console.warn(`SKIPPED: ${missing.join(', ')} cannot be built because there is no Go on the PATH`);
  return hasGo;
}

function notBuilt(tools: readonly ToolName[]): readonly ToolName[] {
  return tools.filter((name) => !existsSync(installDirectory(name, process.env)));
}
