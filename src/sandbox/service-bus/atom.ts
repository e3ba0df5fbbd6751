// The Atom documents of the management API: entries and feeds out, descriptions in.
import { unescapeXml } from '../../scalers/xml-text.ts';
import type { Rule } from './filters.ts';
import type { Entity, SubscriptionEntity, TopicEntity } from './namespace.ts';

const SERVICE_BUS = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const COUNTS = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';
const ATOM = 'http://www.w3.org/2005/Atom';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['<', 'lt'],
  ['>', 'gt'],
  ['&', 'amp'],
  ['"', 'quot'],
  ["'", 'apos'],
]);

/** By name, not by number: the JavaScript client's parser leaves numeric references as they are. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&${NAMES.get(char)};`);
}

/** The text elements of a description, by name without prefix; elements that contain others are passed by. */
export function readElements(xml: string): ReadonlyMap<string, string> {
  const body = /<(?:\w+:)?(?:Queue|Topic|Subscription)Description\b[^>]*>([\s\S]*)</.exec(xml)?.[1] ?? '';
  return new Map(
    [...body.matchAll(/<(?:\w+:)?(\w+)(?:\s[^>]*)?>([^<]*)<\/(?:\w+:)?\1>/g)].map((found) => [
      found[1] ?? '',
      unescapeXml((found[2] ?? '').trim()),
    ]),
  );
}

export function entityPath(entity: Entity): string {
  return entity.kind === 'subscription' ? `${entity.topic}/Subscriptions/${entity.name}` : entity.name;
}

/** One entity. `base` is the address under which the client reached us: it reads the entity's name from the id. */
export function renderEntity(entity: Entity, base: string): string {
  const kind = { queue: 'Queue', topic: 'Topic', subscription: 'Subscription' }[entity.kind];
  const body = [
    ...[...entity.description.elements].map(([name, value]) => element(name, value)),
    ...(entity.kind === 'subscription' ? [] : [element('SizeInBytes', '0')]),
    ...(entity.kind === 'topic'
      ? [element('SubscriptionCount', String(entity.subscriptions.size))]
      : [element('MessageCount', String(totalOf(entity)))]),
    element('CreatedAt', isoTime(entity.createdAtMs)),
    element('UpdatedAt', isoTime(entity.updatedAtMs)),
    element('AccessedAt', isoTime(entity.updatedAtMs)),
    renderCounts(entity),
  ].join('');
  return renderEntry(entityPath(entity), base, entity.updatedAtMs, `${kind}Description`, body);
}

export function renderRule(rule: Rule, subscription: SubscriptionEntity, base: string): string {
  const path = `${entityPath(subscription)}/Rules/${rule.name}`;
  const { filter } = rule;
  const type = { true: 'TrueFilter', false: 'FalseFilter', correlation: 'CorrelationFilter' }[filter.type];
  const inner =
    filter.type === 'correlation'
      ? Object.entries(filter.system)
          .map(([name, value]) => element(name, value))
          .join('') + renderProperties(filter.properties)
      : element('SqlExpression', filter.type === 'true' ? '1=1' : '1=0') + element('CompatibilityLevel', '20');
  const body = [
    `<Filter i:type="${type}">${inner}</Filter>`,
    '<Action i:type="EmptyRuleAction"/>',
    element('CreatedAt', isoTime(rule.createdAtMs)),
    element('Name', rule.name),
  ].join('');
  return renderEntry(path, base, rule.createdAtMs, 'RuleDescription', body);
}

export function renderNamespace(base: string, nowMs: number): string {
  const body = [
    element('CreatedTime', isoTime(nowMs)),
    element('MessagingSKU', 'Standard'),
    element('ModifiedTime', isoTime(nowMs)),
    element('Name', 'emulator'),
    element('NamespaceType', 'Messaging'),
  ].join('');
  return renderEntry('$namespaceinfo', base, nowMs, 'NamespaceInfo', body);
}

/** A page of a listing. Clients look for the next page only when the feed has more than one link. */
export function renderFeed(title: string, base: string, entries: readonly string[], nextQuery?: string): string {
  const address = escapeXml(`${base}/${title}`);
  const next = nextQuery === undefined ? '' : `<link rel="next" href="${address}?${escapeXml(nextQuery)}"/>`;
  return (
    `<feed xmlns="${ATOM}"><title type="text">${escapeXml(title)}</title><id>${address}</id>` +
    `<link rel="self" href="${address}"/>${next}${entries.join('')}</feed>`
  );
}

export function renderError(status: number, detail: string): string {
  return `<Error><Code>${status}</Code><Detail>${escapeXml(detail)}</Detail></Error>`;
}

function renderEntry(path: string, base: string, updatedAtMs: number, tag: string, body: string): string {
  const address = escapeXml(`${base}/${path}?api-version=2021-05`);
  const time = isoTime(updatedAtMs);
  return (
    `<entry xmlns="${ATOM}"><id>${address}</id><title type="text">${escapeXml(path)}</title>` +
    `<published>${time}</published><updated>${time}</updated><link rel="self" href="${address}"/>` +
    `<content type="application/xml"><${tag} xmlns="${SERVICE_BUS}" xmlns:i="${INSTANCE}">${body}</${tag}></content></entry>`
  );
}

/** CountDetails must carry exactly one namespace declaration, or the JavaScript client can't read it. */
function renderCounts(entity: Entity): string {
  const { active, scheduled } = entity.messages.counts();
  const dead = entity.kind === 'topic' ? 0 : entity.deadLetters.counts().active;
  const rows: readonly (readonly [string, number])[] = [
    ['ActiveMessageCount', entity.kind === 'topic' ? 0 : active],
    ['DeadLetterMessageCount', dead],
    ['ScheduledMessageCount', scheduled],
    ['TransferMessageCount', 0],
    ['TransferDeadLetterMessageCount', 0],
  ];
  const inner = rows.map(([name, value]) => `<d2p1:${name}>${value}</d2p1:${name}>`).join('');
  return `<CountDetails xmlns:d2p1="${COUNTS}">${inner}</CountDetails>`;
}

function totalOf(entity: Exclude<Entity, TopicEntity>): number {
  const { active, scheduled } = entity.messages.counts();
  return active + scheduled + entity.deadLetters.counts().active;
}

function renderProperties(properties: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(properties).map(
    ([name, value]) =>
      `<KeyValueOfstringanyType><Key>${escapeXml(name)}</Key>` +
      `<Value xmlns:d6p1="http://www.w3.org/2001/XMLSchema" i:type="d6p1:string">${escapeXml(value)}</Value></KeyValueOfstringanyType>`,
  );
  return pairs.length === 0 ? '' : `<Properties>${pairs.join('')}</Properties>`;
}

function element(name: string, value: string): string {
  return `<${name}>${escapeXml(value)}</${name}>`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
