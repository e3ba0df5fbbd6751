// Sluice and KEDA one after the other, by the same script, each part on a fresh real control plane: `node test/e2e/bench/side-by-side.ts`.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { versionOf } from '../control-plane/tools.ts';
import { activation } from './activation.ts';
import { CONTENDERS } from './contenders.ts';
import { cost } from './cost.ts';
import { faults } from './faults.ts';

const PARTS = { activation, cost, faults } as const;

const { values, positionals } = parseArgs({
  options: { objects: { type: 'string', default: '100' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are: ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const options = { objects: Number(values.objects) };

const lines: string[] = [];
const loads: string[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const figures = new Map<string, string[]>();
  for (const [place, contender] of CONTENDERS.entries()) {
    const load = (loadavg()[0] ?? 0).toFixed(1);
    loads.push(load);
    console.error(`${part.name}: ${contender.name} ${contender.version} (load average ${load}) …`);
    await part.run(
      contender,
      ({ what, value }) => {
        console.error(`  ${what}: ${value}`);
        const row = figures.get(what) ?? CONTENDERS.map(() => '');
        row[place] = value;
        figures.set(what, row);
      },
      options,
    );
  }
  for (const [what, row] of figures) lines.push(`| ${[part.name, what, ...row].join(' | ')} |`);
}

const titles = CONTENDERS.map(({ name, version }) => `${name} ${version}`);
console.log(
  [
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Kubernetes ${versionOf('kubernetes-1.36')}; load average (1 min) before each: ${loads.join(', ')}`,
    ...CONTENDERS.map(({ name, version, remarks }) => `${name} ${version}: ${remarks}`),
    '',
    `| part | figure | ${titles.join(' | ')} |`,
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n'),
);
