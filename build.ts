// Bundles the program into dist/: one file that starts fast, with drivers and the sandbox in chunks that load when they are used.
import { readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { sluice: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  legalComments: 'linked',
  logLevel: 'warning',
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // CommonJS dependencies inside an ES module bundle ask for these.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; import { dirname as __dirnameOf } from 'node:path'; import { fileURLToPath as __fileOf } from 'node:url'; const require = __createRequire(import.meta.url); const __filename = __fileOf(import.meta.url); const __dirname = __dirnameOf(__filename);",
  },
});
