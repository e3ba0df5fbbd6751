// The rules of a subscription over the management API.
import { renderRule } from './atom.ts';
import { absent, type AdminRequest, type Answer, missing, ok, refuse, renderPage } from './admin-answer.ts';
import type { Entity } from './namespace.ts';
import { readFilter } from './rule-document.ts';

/** Lists the rules, or reads, makes or deletes the one called `name`. */
export function answerRules(
  asked: AdminRequest,
  subscription: Entity | undefined,
  name: string | undefined,
  nowMs: number,
): Answer {
  if (subscription?.kind !== 'subscription') return asked.method === 'GET' ? absent(asked) : missing(asked.path);
  const { rules } = subscription;
  if (name === undefined) {
    return ok(renderPage(asked, [...rules.values()], (rule) => renderRule(rule, subscription, asked.base)));
  }
  const key = name.toLowerCase();
  const known = rules.get(key);
  if (asked.method === 'GET') return known ? ok(renderRule(known, subscription, asked.base)) : absent(asked);
  if (asked.method === 'DELETE') return rules.delete(key) ? ok('') : missing(asked.path);
  if (known && !asked.update) return refuse(409, `SubCode=40900. Conflict. The rule '${name}' already exists.`);
  const filter = readFilter(asked.body);
  if (typeof filter === 'string') return refuse(400, filter);
  const rule = { name, filter, createdAtMs: nowMs };
  rules.set(key, rule);
  return { status: known ? 200 : 201, xml: renderRule(rule, subscription, asked.base) };
}
