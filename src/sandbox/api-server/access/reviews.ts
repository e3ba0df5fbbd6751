// The objects that are questions: access reviews and token reviews are answered, never stored.
import { type Json, type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import { badRequest } from '../status.ts';
import type { User } from '../write-options.ts';
import type { TokenTable } from './authentication.ts';
import type { Authorizer } from './authorization.ts';

export interface ReviewContext {
  readonly user: User;
  readonly namespace: string | undefined;
  readonly authorize: Authorizer;
  readonly tokens: TokenTable;
}

type Answer = (spec: JsonObject, context: ReviewContext) => JsonObject;

const subjectAccess: Answer = (spec, { authorize }) => {
  const name = textAt(spec, 'user') ?? '';
  const groups = listAt(spec, 'groups').map(String);
  if (name === '' && groups.length === 0)
    throw badRequest('spec.user: Invalid value: "": at least one of user or group must be specified');
  return decision(spec, { name, groups }, authorize);
};

function decision(spec: JsonObject, user: User, authorize: Authorizer): JsonObject {
  const resource = objectAt(spec, 'resourceAttributes');
  const path = objectAt(spec, 'nonResourceAttributes');
  const asked = spec['resourceAttributes'] !== undefined;
  const { allowed, reason } = authorize({
    user,
    verb: textAt(asked ? resource : path, 'verb') ?? '',
    ...(asked
      ? {
          group: textAt(resource, 'group') ?? '',
          resource: textAt(resource, 'resource') ?? '',
          subresource: textAt(resource, 'subresource'),
          namespace: textAt(resource, 'namespace'),
        }
      : { path: textAt(path, 'path') ?? '' }),
  });
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

const tokenReview: Answer = (spec, { tokens }) => {
  const user = tokens.find(textAt(spec, 'token') ?? '');
  if (!user) return { user: {}, error: 'invalid bearer token' };
  return {
    authenticated: true,
    user: { username: user.name, groups: [...user.groups, 'system:authenticated'] },
    audiences: listAt(spec, 'audiences'),
  };
};

const EVERYTHING: Json = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];

const ANSWERS: Readonly<Record<string, Answer>> = {
  SubjectAccessReview: subjectAccess,
  LocalSubjectAccessReview: subjectAccess,
  SelfSubjectAccessReview: (spec, { user, authorize }) => decision(spec, user, authorize),
  SelfSubjectRulesReview: () => ({
    incomplete: false,
    resourceRules: EVERYTHING,
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  }),
  SelfSubjectReview: (_spec, { user }) => ({ userInfo: { username: user.name, groups: user.groups } }),
  TokenReview: tokenReview,
};

export function isReview(kind: string): boolean {
  return Object.hasOwn(ANSWERS, kind);
}

/** The review with its status. */
export function answerReview(kind: string, review: JsonObject, context: ReviewContext): JsonObject {
  const answer = ANSWERS[kind];
  return answer ? { ...review, status: answer(objectAt(review, 'spec'), context) } : review;
}
