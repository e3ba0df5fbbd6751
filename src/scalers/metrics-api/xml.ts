// As much of XML as it takes to find a value: elements, attributes (`@name`), text, CDATA. No entities but the five and numbers.
import { unescapeXml } from '../xml-text.ts';

/** A leaf is its text; repeated elements are an array; attributes have an @ before their names. */
export type XmlValue = string | readonly XmlValue[] | { readonly [name: string]: XmlValue };

interface Open {
  readonly name: string;
  readonly members: Map<string, XmlValue[]>;
  text: string;
}

const TOKENS =
  /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[([^]*?)\]\]>|<!DOCTYPE[^[>]*(?:\[[^\]]*\])?\s*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/)?>|([^<]+)/gy;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Takes about a second. */
const MOST_CHARACTERS = 4 * 2 ** 20;

/**
 * The document as nested members, its root element's name first. Throws a SyntaxError for what is no well-formed document, a RangeError
 * for one that would take too long.
 */
export function readXml(text: string): XmlValue {
  if (text.length > MOST_CHARACTERS) throw new RangeError('the text is too long');
  const document: Open = { name: '', members: new Map(), text: '' };
  const open: Open[] = [document];
  let end = 0;
  const source = text.replace(/^\uFEFF/, '').trim();
  for (const token of source.matchAll(TOKENS)) {
    const [whole, cdata, closed, opened, attributes = '', selfClosing, characters] = token;
    end = token.index + whole.length;
    const top = open.at(-1) ?? document;
    if (cdata !== undefined) top.text += cdata;
    else if (characters !== undefined) top.text += unescapeXml(characters);
    else if (closed !== undefined) close(open, closed);
    else if (opened !== undefined) {
      open.push({ name: opened, members: attributesOf(attributes), text: '' });
      if (selfClosing) close(open, opened);
    }
  }
  const roots = [...document.members.values()].flat();
  if (end < source.length || open.length !== 1 || roots.length !== 1 || document.text.trim() !== '')
    throw new SyntaxError('no well-formed XML');
  return valueOf(document);
}

function close(open: Open[], name: string): void {
  const element = open.pop();
  const parent = open.at(-1);
  if (!element || !parent || element.name !== name) throw new SyntaxError('no well-formed XML');
  const siblings = parent.members.get(name);
  if (siblings) siblings.push(valueOf(element));
  else parent.members.set(name, [valueOf(element)]);
}

function attributesOf(text: string): Open['members'] {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name, double, single]) => [
      `@${name}`,
      [unescapeXml(double ?? single ?? '')],
    ]),
  );
}

/** The text of an element that has attributes as well is its member `#text`. */
function valueOf({ members, text }: Open): XmlValue {
  const own = text.trim();
  if (members.size === 0) return own;
  const entries = [...members].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]);
  return Object.fromEntries(own === '' ? entries : [...entries, ['#text', own]]) as XmlValue;
}
