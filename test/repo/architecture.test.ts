// Who may import whom (docs/design.md section 3), and which global things live in which files.
import { describe, expect, it } from '@jest/globals';
import { importsOf, read, repositoryFiles } from '../support/source-tree.ts';

const sources = repositoryFiles().filter((f) => /^src\/.*\.ts$/.test(f));
const imports = sources.flatMap(importsOf);
/** Folders that are a part of the root: one file of it that would be too long. */
const ROOT_FOLDERS = new Set(['options', 'telemetry']);
const room = (path: string): string => {
  if (!path.startsWith('src/')) return path;
  const [, folder = 'root'] = /^src\/([^/]+)\//.exec(path) ?? [];
  return ROOT_FOLDERS.has(folder) ? 'root' : folder;
};

/** The rooms of src/ that a room may take values from; its own and root are always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  root: [],
  formula: [],
  api: ['formula'],
  scalers: [],
  hpa: ['api'],
  kube: ['api'],
  'secret-stores': ['api', 'scalers'],
  'cloud-events': ['api', 'scalers', 'kube'],
  controller: ['api', 'formula', 'scalers', 'kube', 'hpa'],
  serving: [],
  'metrics-adapter': ['api', 'serving'],
  admission: ['api', 'serving'],
  sandbox: ['api', 'scalers', 'kube', 'hpa', 'controller', 'metrics-adapter'],
  cli: [
    'api',
    'scalers',
    'kube',
    'hpa',
    'controller',
    'serving',
    'metrics-adapter',
    'sandbox',
    'admission',
    'secret-stores',
    'cloud-events',
  ],
};
/** Rooms and files without clock, I/O or randomness, and a library that is nothing but arithmetic on text. */
const PURE =
  /^(src\/((hpa|api|formula|controller\/decide|controller\/scaled-job\/plan)\/|(errors|quantity|did-you-mean)\.ts$)|re2js$)/;
/** Types may also come from these: a contract is owned by one room and known by another. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  api: ['kube'],
  hpa: ['scalers'],
  controller: ['metrics-adapter', 'secret-stores'],
};

describe('the import rules', () => {
  it('let each room take only from the rooms below it', () => {
    const broken = imports
      .filter(
        (i) =>
          i.from !== 'src/main.ts' && i.to.startsWith('src/') && room(i.to) !== room(i.from) && room(i.to) !== 'root',
      )
      .filter((i) => !(MAY_IMPORT[room(i.from)] ?? []).includes(room(i.to)))
      .filter((i) => !(i.typeOnly && (MAY_IMPORT_TYPES[room(i.from)] ?? []).includes(room(i.to))));
    expect(broken.map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
  });

  it('let nobody import main', () => {
    expect(imports.filter((i) => i.to === 'src/main.ts').map((i) => i.from)).toEqual([]);
  });

  it('keep the Kubernetes client behind src/kube', () => {
    const outside = imports.filter(
      (i) => i.to.startsWith('@kubernetes/client-node') && !i.typeOnly && room(i.from) !== 'kube',
    );
    expect(outside.map((i) => i.from)).toEqual([]);
  });

  it('load broker drivers lazily, and only in the scalers and the sandbox', () => {
    const drivers = /^(ioredis|amqplib|@azure\/|kafkajs|@grpc\/|rhea|@aws-sdk\/|@smithy\/|google-auth-library)/;
    const broken = imports
      .filter((i) => drivers.test(i.to) && !i.typeOnly && room(i.from) !== 'sandbox')
      .filter((i) => room(i.from) !== 'scalers' || !i.lazy);
    expect(broken.map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
  });

  it('keep one scaler from importing another', () => {
    const framework = new Set(
      importsOf('src/scalers/registry.ts')
        .map((i) => i.to)
        .filter((to) => to.startsWith('src/scalers/')),
    );
    const scalers = [...framework].filter(
      (f) => /defineScaler|defineResource|defineDescribed/.test(read(f)) && !/\/define(-described)?\.ts$/.test(f),
    );
    const broken = imports.filter((i) => scalers.includes(i.from) && scalers.includes(i.to));
    expect(broken.map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
  });

  it('keep I/O out of the decisions', () => {
    const pure = imports.filter(
      (i) => /^src\/(hpa|formula|controller\/decide|controller\/scaled-job\/plan)\//.test(i.from) && !i.typeOnly,
    );
    const broken = pure.filter((i) => !PURE.test(i.to));
    expect(broken.map((i) => `${i.from} -> ${i.to}`)).toEqual([]);
  });

  it('have no cycle', () => {
    const graph = new Map(
      sources.map((f) => [
        f,
        importsOf(f)
          .filter((i) => !i.typeOnly && i.to.startsWith('src/'))
          .map((i) => i.to),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (path.includes(file) || done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe('global things live in their own files', () => {
  const HOMES: readonly (readonly [name: string, pattern: RegExp, homes: readonly string[]])[] = [
    ['the clock', /\bDate\.now\(|new Date\(\s*\)|performance\.now\(|process\.hrtime/, ['src/async.ts']],
    ['timers', /\b(setTimeout|setInterval|setImmediate)\(|node:timers/, ['src/async.ts']],
    ['the environment', /\bprocess\.env\b/, ['src/config.ts']],
    ['randomness', /\bMath\.random\b/, ['src/main.ts']],
    ['the console', /\bconsole\./, []],
    ['process.exit', /\bprocess\.(exit|exitCode)\b/, ['src/main.ts']],
    ['AbortSignal.any', /\bAbortSignal\.any\(/, []],
  ];
  it.each(HOMES)('%s', (_name, pattern, homes) => {
    const code = (f: string): string => read(f).replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
    expect(sources.filter((f) => pattern.test(code(f)) && !homes.includes(f))).toEqual([]);
  });
});

describe('files', () => {
  it('say in their first line what they are for', () => {
    expect(sources.filter((f) => !/^(#!.*\n)?(\/\/|\/\*)/.test(read(f)))).toEqual([]);
  });

  it('have at most 300 lines', () => {
    const long = repositoryFiles().filter((f) => /\.(ts|js)$/.test(f) && read(f).split('\n').length > 301);
    expect(long).toEqual([]);
  });

  it('are not named after nothing', () => {
    expect(sources.filter((f) => /\/(utils?|helpers?|common|types|index|manager|misc)\.ts$/.test(f))).toEqual([]);
  });
});
