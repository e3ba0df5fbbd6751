// The recipe of docs/migrating-from-keda.md, command by command, there and back, with the real KEDA and workloads that must not notice.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hasRedis, whereInstalled } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { writeKedaChart, writeKedaRelease } from './chart.ts';
import { followDeployment, type Follower } from './follow.ts';
import { type KedaSite, prepareKeda } from './keda.ts';
import { commandsUnder, type Desk, sitDown } from './recipe.ts';
import { createShop, type Shop } from './shop.ts';
import { followSluice } from './sluice.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';

jest.setTimeout(1_200_000); // the first time it is built

const where = whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'kwok', 'helm', 'keda');

const INSTALLED = {
  '## With Helm': 'helm install keda kedacore/keda --namespace keda --wait',
  '## Without Helm': 'kubectl apply --server-side --filename keda-2.21.0.yaml',
} as const;

describe.each(Object.entries(INSTALLED))('docs/migrating-from-keda.md, %s', (heading, install) => {
  (where === describe ? whereInstalled(hasRedis, 'redis-server', describe) : where)('on a real control plane', () => {
    let plane: ControlPlane;
    let site: KedaSite;
    let desk: Desk;
    let shop: Shop;
    let followers: readonly Follower[] = [];
    beforeAll(async () => {
      plane = await controlPlane({ hpaSyncMs: 2_000 });
      site = await prepareKeda(plane);
      desk = await sitDown(plane);
      await writeKedaChart(join(desk.directory, 'kedacore-keda'), site);
      await writeKedaRelease(join(desk.directory, 'keda-2.21.0.yaml'), site);
      followers = [
        followDeployment(plane.client, { key: { namespace: 'keda', name: 'keda-operator' }, start: site.start }),
        followSluice(plane),
      ];
      await run([install]);
      shop = await createShop(plane);
      await shop.settled();
    });
    afterAll(async () => {
      for (const follower of followers) await follower.stop();
      await shop?.stop();
      await plane?.stop();
    });

    async function run(commands: readonly string[]): Promise<string> {
      let printed = '';
      for (const command of commands) {
        // Nobody downloads a chart here.
        printed += await desk.run(command.replaceAll('kedacore/keda', './kedacore-keda'));
        for (const follower of followers) await follower.settled();
      }
      return printed;
    }

    it('hands every object over to Sluice without a write of replicas', async () => {
      const before = await shop.look();
      const since = await shop.mark();
      await run(await commandsUnder(heading, '### There'));
      const table = await run(await commandsUnder('## Look at it'));
      await eventually('every HPA is taken over', () => shop.everyHpa((hpa) => isTaken(hpa)), 180_000);
      expect(table).toContain('keda-hpa-busy');
      await shop.settled();
      await shop.livesOn();
      expect(await shop.look()).toEqual(before);
      expect(await shop.scaleWrites(since)).toEqual([]);
    });

    it('scales by Sluice', async () => {
      await shop.worksFor('sluice');
    });

    it('owns what KEDA wrote, so that it can take it away', async () => {
      await shop.dropBehavior();
      await eventually('the HPA has none of its own', async () => {
        const { behavior } = (await shop.hpa('orders')).spec;
        return behavior?.scaleDown?.stabilizationWindowSeconds === undefined;
      });
    });

    it('hands every object back to KEDA without a write of replicas', async () => {
      const before = await shop.look();
      const since = await shop.mark();
      await run(await commandsUnder(heading, '### Back'));
      await eventually('every HPA is handed back', () => shop.everyHpa((hpa) => !isTaken(hpa)), 180_000);
      await shop.settled();
      await shop.livesOn();
      expect(await shop.look()).toEqual(before);
      expect(await shop.scaleWrites(since)).toEqual([]);
    });

    it('scales by KEDA', async () => {
      await shop.worksFor('keda');
    });
  });
});

function isTaken({
  metadata,
}: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}): boolean {
  return metadata.annotations?.['sluice.dev/spec-hash'] !== undefined;
}
