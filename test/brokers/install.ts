// Installs brokers that no Debian package has, into the cache: `node test/brokers/install.ts [NAME…]`, all of them without a name.
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { installAzurite } from './azurite/install.ts';
import { brokerDirectory, isInstalled } from './cache.ts';
import { installCelery } from './celery/install.ts';
import { installKafka } from './kafka/install.ts';
import { installOlderBullMq } from './older-bullmq/install.ts';

/** Each puts everything that a broker needs into an empty directory, and fails when something is not what its list pins. */
const RECIPES: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  azurite: installAzurite,
  celery: installCelery,
  kafka: installKafka,
  'older-bullmq': installOlderBullMq,
};

/** Does nothing when it is there. Safe beside another installation of the same broker, and when it is killed. */
async function install(name: string, recipe: (directory: string) => Promise<void>): Promise<void> {
  if (isInstalled(name, process.env)) return;
  const startedAt = performance.now();
  const installed = brokerDirectory(name, process.env);
  const unfinished = `${installed}.${process.pid}`;
  process.stdout.write(`installing ${name} …\n`);
  await mkdir(unfinished, { recursive: true });
  try {
    await recipe(unfinished);
    await rename(unfinished, installed).catch((error: unknown) => {
      if (!isInstalled(name, process.env)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`installed ${name} in ${dirname(installed)} (${seconds} s)\n`);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in RECIPES));
if (unknown.length > 0) {
  throw new Error(`there is no broker ${unknown.join(', ')}; there are ${Object.keys(RECIPES).join(', ')}`);
}
for (const [name, recipe] of Object.entries(RECIPES)) {
  if (asked.length === 0 || asked.includes(name)) await install(name, recipe);
}
