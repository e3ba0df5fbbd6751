// The chart's rights beside the stories that used them: what is granted for nothing, and the table of docs/security.md.
import type { Permission } from '../../../src/kube/permissions.ts';
import { EVERY_PERMISSION } from './granted.ts';
import { rightName } from './used-rights.ts';

/** By right, how often each story used it. */
export type Users = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Rights that no request asks for, so that no audit log shows them, each with the test that shows what it is for. */
export const ASKED_BY_THE_SERVER: Readonly<Record<string, string>> = {
  'update scaledobjects/finalizers.keda.sh': 'least-privilege',
  'update scaledjobs/finalizers.keda.sh': 'least-privilege',
};
const STORIES_SHOWN = 3;

/** Of each verb, the stories that used it most, so that a table stays true from one run to the next. */
export function rightsTable(users: Users): string {
  const rows = EVERY_PERMISSION.flatMap((permission) => {
    const by = (verb: string): readonly string[] => storiesOf(users, rightName(verb, permission));
    // Verbs that the same stories used share a row.
    const groups = Map.groupBy(permission.verbs, (verb) => by(verb).join(', '));
    return [...groups].map(
      ([stories, verbs]) => `| ${verbs.join(', ')} | ${nameOf(permission)} | ${permission.without} | ${stories} |`,
    );
  });
  return ['| verbs | on | without it | seen in |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

/** One line for each thing that is wrong; `table` is the one that readers see. */
export function judgeRights(users: Users, table: string): readonly string[] {
  const granted = EVERY_PERMISSION.flatMap((permission) => permission.verbs.map((verb) => rightName(verb, permission)));
  const unused = granted.filter((right) => storiesOf(users, right).length === 0);
  return [
    ...unused.map(
      (right) =>
        `the chart grants "${right}", which no story used: take it out of charts/sluice/templates/_rules.tpl and src/kube/permissions.ts, or add the story`,
    ),
    ...(isCurrent(users, table)
      ? []
      : ['docs/security.md shows other rights than the stories used: npm run test:e2e -- -u test/integration']),
  ];
}

/** The same rights, each with a story that used it this time too. */
function isCurrent(users: Users, table: string): boolean {
  const shown = new Map<string, readonly string[]>(
    table
      .split('\n')
      .slice(2, -1)
      .flatMap((row) => {
        const [verbs = '', on = '', , stories = ''] = row.slice(2, -2).split(' | ');
        return verbs.split(', ').map((verb) => [`${verb} ${on}`, stories.split(', ')] as const);
      }),
  );
  const rights = EVERY_PERMISSION.flatMap((permission) =>
    permission.verbs.map((verb) => ({ shownAs: `${verb} ${nameOf(permission)}`, name: rightName(verb, permission) })),
  );
  return (
    shown.size === rights.length &&
    rights.every(({ shownAs, name }) =>
      shown.get(shownAs)?.some((story) => storiesOf(users, name, Infinity).includes(story)),
    )
  );
}

function storiesOf(users: Users, right: string, atMost = STORIES_SHOWN): readonly string[] {
  const otherwise = ASKED_BY_THE_SERVER[right];
  if (otherwise !== undefined) return [otherwise];
  return [...(users.get(right) ?? [])]
    .toSorted(([a, times], [b, more]) => more - times || (a < b ? -1 : 1))
    .slice(0, atMost)
    .map(([story]) => story);
}

function nameOf({ group, resource, resourceName, scope }: Permission): string {
  const kind = `\`${resource}${group === '' || group === '*' ? '' : `.${group}`}\``;
  const where = { served: '', cluster: '', own: " in Sluice's namespace", 'kube-system': ' in kube-system' }[scope];
  return `${kind}${resourceName === undefined ? '' : ` \`${resourceName}\``}${where}`;
}
