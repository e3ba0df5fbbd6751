// Prints where an installed broker is: `node test/brokers/where.ts NAME`.
import { brokerDirectory, isInstalled } from './cache.ts';

const [name = ''] = process.argv.slice(2);
if (isInstalled(name, process.env)) {
  process.stdout.write(`${brokerDirectory(name, process.env)}\n`);
} else {
  process.stderr.write(`${name} is not installed: node test/brokers/install.ts ${name}\n`);
  process.exitCode = 1;
}
