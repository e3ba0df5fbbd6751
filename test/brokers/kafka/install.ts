// Kafka's jars by Maven, each compared with its checksum. A broker needs a Java 17 to run them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export async function installKafka(directory: string): Promise<void> {
  const pom = join(import.meta.dirname, 'pom.xml');
  const flags = ['-B', '-q', '-f', pom, '-DincludeScope=runtime', `-DoutputDirectory=${directory}`];
  const { status, error } = spawnSync('mvn', [COPY, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`expected mvn to fetch Kafka, found exit code ${status}`);
  const found = await Promise.all((await readdir(directory)).map((name) => sumOf(directory, name)));
  const difference = new Set(found).symmetricDifference(await expectedSums());
  if (difference.size > 0)
    throw new Error(`expected what jars.sha256 lists, found other jars:\n${[...difference].join('\n')}`);
}

/** As a line of sha256sum. */
async function sumOf(directory: string, name: string): Promise<string> {
  const jar = await readFile(join(directory, name));
  return `${createHash('sha256').update(jar).digest('hex')}  ${name}`;
}

async function expectedSums(): Promise<ReadonlySet<string>> {
  const list = await readFile(new URL('jars.sha256', import.meta.url), 'utf8');
  return new Set(list.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
}
