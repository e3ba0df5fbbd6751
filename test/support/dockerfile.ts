// Reads a Dockerfile: the part of its language that ours uses. What it doesn't know is an error, so that no test is blind to it.

export interface Copy {
  /** A stage; undefined is the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export type Step = { readonly copy: Copy } | { readonly run: string };

export interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  /** What is done to its files, in order. */
  readonly steps: readonly Step[];
  readonly workdir: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

type Draft = { -readonly [K in keyof Stage]: Stage[K] };
type Read = (stage: Draft, rest: string) => Partial<Stage>;

const INSTRUCTIONS: Readonly<Record<string, Read>> = {
  ARG: () => ({}),
  EXPOSE: () => ({}),
  COPY: ({ steps }, rest) => ({ steps: [...steps, { copy: readCopy(rest) }] }),
  RUN: ({ steps }, rest) => ({ steps: [...steps, { run: rest }] }),
  ENV: ({ env }, rest) => ({ env: { ...env, ...pairs(rest) } }),
  LABEL: ({ labels }, rest) => ({ labels: { ...labels, ...pairs(rest) } }),
  WORKDIR: (_, workdir) => ({ workdir }),
  USER: (_, user) => ({ user }),
  ENTRYPOINT: (_, rest) => ({ entrypoint: JSON.parse(rest) as string[] }),
  CMD: (_, rest) => ({ cmd: JSON.parse(rest) as string[] }),
};

/** The stages in their order; the last one is the image. Throws what it can't read. */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: Draft[] = [];
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.map((l) => l.trim()).filter((l) => l !== '')) {
    const [, keyword = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    const stage = stages.at(-1);
    const read = INSTRUCTIONS[keyword];
    if (keyword === 'FROM') stages.push(openStage(rest));
    else if (stage && read) Object.assign(stage, read(stage, rest));
    else throw new Error(`Dockerfile: "${line}" is not understood`);
  }
  return stages;
}

function openStage(rest: string): Draft {
  const [, base = '', name] = /^(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
  if (base === '') throw new Error(`Dockerfile: "FROM ${rest}" is not understood`);
  return { name, base, steps: [], workdir: '/', user: '', env: {}, labels: {}, entrypoint: [], cmd: [] };
}

function readCopy(rest: string): Copy {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const target = words.pop();
  if (target === undefined || words.length === 0 || words.some((word) => word.startsWith('-'))) {
    throw new Error(`Dockerfile: "COPY ${rest}" is not understood`);
  }
  return { from, sources: words, target };
}

function pairs(rest: string): Record<string, string> {
  const found = [...rest.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S+))\s*/g)];
  if (found.map(([all]) => all).join('') !== rest) throw new Error(`Dockerfile: "${rest}" is not understood`);
  return Object.fromEntries(found.map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']));
}
