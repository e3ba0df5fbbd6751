// The text of a file → its Kubernetes objects, with the way back from a field to its line and column.
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter } from 'yaml';
import { apiVersionOf, type Kind, kinds } from '../../api/kinds.ts';
import { duplicateKey } from './duplicate-keys.ts';
import { type Chunk, parseDocuments, splitDocuments } from './kubectl-yaml.ts';
import { type Path, parsePath } from './path.ts';
import { error, type Finding, type Problem } from './report.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type PlainObject = Readonly<Record<string, unknown>>;

export interface Manifest {
  readonly file: string;
  readonly value: PlainObject;
  /** Where the field stands, or the nearest one above it that is there. Lines and columns count from 1. */
  locate(path: string): Position;
}

export interface ManifestFile {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

const isObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `explicit`: the user named this very file, so that a document that is no Kubernetes object is worth a word. */
export type ReadManifestFile = (file: string, text: string, mode: 'explicit' | 'found') => ManifestFile;

/**
 * Positions are wanted for few objects, and the trees that know them are large: only the one that was asked last is kept, and a tree
 * is made again when its turn comes.
 */
export function createManifestReader(): ReadManifestFile {
  let latest: { readonly chunk: Chunk; readonly documents: readonly Document.Parsed[] } | undefined;
  const treesOf = (chunk: Chunk): readonly Document.Parsed[] => {
    if (latest?.chunk !== chunk) latest = { chunk, documents: parseDocuments(chunk, new LineCounter()) };
    return latest.documents;
  };
  return (file, text, mode) => {
    const manifests: Manifest[] = [];
    const problems: Problem[] = [];
    for (const chunk of splitDocuments(text.replace(/^\uFEFF/, ''))) {
      const lines = new LineCounter();
      for (const [index, document] of parseDocuments(chunk, lines).entries()) {
        const at = positionsIn(chunk, lines);
        const read = readDocument(document, chunk, mode);
        if ('problem' in read) problems.push({ ...read.problem, ...at(read.offset) });
        else
          for (const { value, path: above } of read.parts) {
            const locate = (path: string): Position => {
              const tree = treesOf(chunk)[index];
              return at(tree === undefined ? 0 : offsetOf(tree, [...above, ...parsePath(path)]));
            };
            manifests.push({ file, value, locate });
          }
      }
    }
    return { manifests, problems };
  };
}

const positionsIn =
  ({ linesAbove }: Chunk, lines: LineCounter) =>
  (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: linesAbove + Math.max(1, line), column: Math.max(1, col) };
  };

interface Mistake {
  readonly problem: Finding;
  readonly offset: number;
}

/** The first thing, in the order of the text, that keeps kubectl from reading the document. */
function mistakeIn(document: Document.Parsed, text: string): Mistake | undefined {
  const bad = document.errors[0];
  const repeated = duplicateKey(document.contents);
  const repeatedAt = repeated?.range?.[0] ?? Infinity;
  if (repeated !== undefined && repeatedAt < (bad?.pos[0] ?? Infinity)) {
    const outermost = repeatedAt === 0 || text[repeatedAt - 1] === '\n';
    return { problem: duplicateProblem(String(repeated.value), outermost), offset: repeatedAt };
  }
  if (bad === undefined) return undefined;
  const rest = text.slice(bad.pos[0]).trimStart();
  return { problem: syntaxProblem(bad.message, rest, text), offset: text.length - rest.length };
}

function readDocument(
  document: Document.Parsed,
  { text }: Chunk,
  mode: 'explicit' | 'found',
): { readonly parts: readonly Part[] } | Mistake {
  const start = document.contents?.range?.[0] ?? document.range[0];
  const mistake = mistakeIn(document, text);
  if (mistake !== undefined) return mistake;
  const value = toJs(document);
  if (typeof value === 'string') return { problem: error('', 'SYNTAX', value), offset: start };
  if (value.js === null || value.js === undefined) return { parts: [] };
  const parts = unwrapLists(value.js, []);
  const problem = parts === undefined ? notAnObject(value.js, mode) : undefined;
  return problem === undefined ? { parts: parts ?? [] } : { problem, offset: start };
}

function notAnObject(value: unknown, mode: 'explicit' | 'found'): Finding | undefined {
  const kind = isObject(value) ? value['kind'] : undefined;
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind))
    return error('', 'NOT_AN_OBJECT', `a ${kind} needs apiVersion: ${apiVersionOf(kind as Kind)}`);
  if (mode === 'found') return undefined;
  return error('', 'NOT_AN_OBJECT', 'has no apiVersion and kind, so it is no Kubernetes object');
}

/** Far deeper than any object is, and far from the end of the stack. */
const DEEPEST = 200;
const TOO_DEEP = `nested more than ${DEEPEST} levels deep, or an alias that stands for what it is part of`;

/** A string is the reason why there is no value: too many aliases, or one that leads nowhere. */
function toJs(document: Document.Parsed): { readonly js: unknown } | string {
  try {
    const js = document.toJS() as unknown;
    return isDeeper(js, DEEPEST) ? TOO_DEEP : { js };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return message.startsWith('Excessive alias') ? 'aliases (*name) of aliases, too many to be expanded' : message;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

interface Part {
  readonly value: PlainObject;
  readonly path: Path;
}

/** The objects of a `kind: …List`, however deep, or the object itself; undefined when it is no Kubernetes object. */
function unwrapLists(value: unknown, path: Path): readonly Part[] | undefined {
  if (!isObject(value) || typeof value['kind'] !== 'string' || typeof value['apiVersion'] !== 'string')
    return undefined;
  const items = value['items'];
  if (!value['kind'].endsWith('List') || !Array.isArray(items)) return [{ value, path }];
  return items.flatMap((item: unknown, index) => unwrapLists(item, [...path, 'items', index]) ?? []);
}

function duplicateProblem(key: string, outermost: boolean): Finding {
  const separator = outermost && ['apiVersion', 'kind', 'metadata', 'spec'].includes(key);
  const cure = separator ? 'is a line with --- missing above it?' : 'remove one of the two, or check the indentation';
  return error('', 'DUPLICATE_KEY', `the key ${key} is in this mapping already: ${cure}`);
}

function syntaxProblem(message: string, rest: string, text: string): Finding {
  if (message.includes('call stack')) return error('', 'SYNTAX', TOO_DEEP);
  const template = /^[^\n]*(\{\{|\$\{)/.test(rest) || /^\s*(\{\{|\$\{)/m.test(text);
  const hint = template ? ': this looks like a template that must be rendered first' : '';
  return error('', 'SYNTAX', `not YAML: ${message.replace(/\s+/g, ' ')}${hint}`);
}

/** Offset of the key or list item that `path` leads to, or of the last step of it that is there. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let at: Step = { node: document.contents, offset: document.contents?.range?.[0] };
  let offset = at.offset ?? 0;
  for (const step of path) {
    const next = follow(at.node, step);
    if (next === undefined) break;
    at = next;
    offset = at.offset ?? offset;
  }
  return offset;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function follow(node: unknown, step: string | number): Step | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { node: pair.value, offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return { node: item, offset: isNode(item) ? item.range?.[0] : undefined };
}
