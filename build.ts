// Bundles the program into dist/: a small sluice.js that starts fast, with drivers and the sandbox in chunks that load when they are used.
// Usage: node build.ts [--outdir DIR] [--no-source-map]
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { thirdPartyNotices } from './third-party-notices.ts';

const { values: flags } = parseArgs({
  options: {
    outdir: { type: 'string', default: 'dist' },
    'source-map': { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

const sources = fileURLToPath(new URL('src/', import.meta.url));
/** Left to Node: what a proxy agent wants for Kerberos, which nobody has to install, and Kafka's client of the demo, which runs from a clone. */
const external: readonly string[] = ['kerberos', '@platformatic/kafka'];

/**
 * `await import('driver')` of a CommonJS package gives its names in Node, but only `default` in a chunk of esbuild. So each such import
 * of ours goes through a small module that exports the names Node finds.
 */
const lazyDrivers: Plugin = {
  name: 'lazy-drivers',
  setup({ onResolve, onLoad }) {
    // One after the other: Node refuses a module that one driver requires while another still imports it.
    let loaded: Promise<unknown> = Promise.resolve();
    const load = (path: string): Promise<unknown> => (loaded = loaded.then(() => import(path)));
    onResolve({ filter: /^(@[\w-]+\/)?[\w-]+$/ }, ({ path, kind, importer, resolveDir }) =>
      kind === 'dynamic-import' && importer.startsWith(sources) && !external.includes(path)
        ? { path, namespace: 'lazy', pluginData: resolveDir }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path, pluginData }) => {
      const names = Object.keys((await load(path)) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
      const lines = names.map(
        (name) => `export const ${name === 'default' ? 'theDefault' : name} = driver[${JSON.stringify(name)}];`,
      );
      const contents = [
        `import * as driver from ${JSON.stringify(path)};`,
        ...lines,
        ...(names.includes('default') ? ['export default theDefault;'] : []),
      ];
      return { contents: contents.join('\n'), resolveDir: pluginData as string };
    });
  },
};

/** The ES form of OpenTelemetry's gRPC exporters hides from bundlers that it requires @grpc/grpc-js; the CommonJS form does not. */
const visibleRequire: Plugin = {
  name: 'visible-require',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@opentelemetry\/otlp-grpc-exporter-base$/ }, ({ path, kind, importer, resolveDir }) =>
      kind === 'require-call' ? undefined : resolve(path, { kind: 'require-call', importer, resolveDir }),
    );
  },
};

await rm(flags.outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { sluice: 'src/main.ts' },
  outdir: flags.outdir,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: flags['source-map'] ? 'linked' : false,
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [lazyDrivers, visibleRequire],
  external: [...external],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // CommonJS dependencies inside an ES module bundle ask for these; `var`, because some ES modules declare them, too.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; import { dirname as __dirnameOf } from 'node:path'; import { fileURLToPath as __fileOf } from 'node:url'; var require = __createRequire(import.meta.url); var __filename = __fileOf(import.meta.url); var __dirname = __dirnameOf(__filename);",
  },
});
await writeFile(join(flags.outdir, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(metafile));
