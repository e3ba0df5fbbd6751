// Kafka's jars from Maven Central, each compared with its checksum. A broker needs a Java 17 to run them.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createLimiter } from '../../../src/async.ts';

const MAVEN_CENTRAL = 'https://repo1.maven.org/maven2';
const AT_ONCE = 4;

export async function installKafka(directory: string): Promise<void> {
  const list = await readFile(new URL('jars.sha256', import.meta.url), 'utf8');
  const limit = createLimiter(AT_ONCE);
  const lines = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  await Promise.all(lines.map((line) => limit(() => fetchJar(line, directory))));
}

async function fetchJar(line: string, directory: string): Promise<void> {
  const [expected, path = ''] = line.split('  ');
  const answer = await fetch(`${MAVEN_CENTRAL}/${path}`);
  if (!answer.ok) throw new Error(`expected ${path} on Maven Central, found HTTP ${answer.status}`);
  const jar = Buffer.from(await answer.arrayBuffer());
  const found = createHash('sha256').update(jar).digest('hex');
  if (found !== expected) throw new Error(`expected ${path} to have the sha256 ${expected}, found ${found}`);
  await writeFile(join(directory, basename(path)), jar);
}
