// A label selector as `kubectl -l` takes it: checked where it is given, so that a slip is told once and not by every watch.
import { z } from 'zod';

const VALUE = '[A-Za-z0-9]?(?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const KEY = '(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const REQUIREMENT = new RegExp(
  `^(?:!\\s*${KEY}|${KEY}|${KEY}\\s*(?:=|==|!=)\\s*${VALUE}|${KEY}\\s+(?:in|notin)\\s*\\(\\s*${VALUE}(?:\\s*,\\s*${VALUE})*\\s*\\))$`,
);

/** Empty: everything. Two quotes mean empty, as in KEDA's manifests. */
export const labelSelector = z.string().transform((v, context) => {
  const selector = v.replace(/^""$/, '').trim();
  // A comma within brackets separates values, not requirements.
  const requirements = selector === '' ? [] : selector.split(/,(?![^(]*\))/).map((part) => part.trim());
  const wrong = requirements.find((part) => !REQUIREMENT.test(part));
  if (wrong === undefined) return selector;
  context.addIssue(
    `expected a label selector such as team=payments or "tier in (a,b),!legacy", but "${wrong}" is no requirement`,
  );
  return z.NEVER;
});
