// The components of one sidecar: connected at its start, closed at its end.
import { withDeadline } from '../../async.ts';
import type { Build, BuildContext, Building } from './building-blocks.ts';
import type { ComponentSpec } from './component.ts';
import { findBuild } from './registry.ts';

export interface LoadedComponent {
  readonly spec: ComponentSpec;
  readonly building: Building;
}

export interface ComponentSet {
  get(name: string): LoadedComponent | undefined;
  list(): readonly LoadedComponent[];
  close(): Promise<void>;
}

/** Connects all; when one can't be, those that could are closed again and its error is thrown. */
export async function loadComponents(
  specs: readonly ComponentSpec[],
  context: BuildContext,
  signal: AbortSignal,
  findBuilder: (spec: ComponentSpec) => Build = findBuild,
): Promise<ComponentSet> {
  const loaded = new Map<string, LoadedComponent>();
  const close = async (): Promise<void> => {
    await Promise.allSettled([...loaded.values()].map(({ building }) => building.close()));
    loaded.clear();
  };
  for (const spec of specs) {
    try {
      const building = await build(spec, findBuilder(spec), context, signal);
      loaded.set(spec.name, { spec, building });
      context.log.info('component loaded', { component: spec.name, type: spec.type });
    } catch (error) {
      if (!spec.ignoreErrors) {
        await close();
        throw error;
      }
      context.log.error('component is left out', { component: spec.name, type: spec.type, error });
    }
  }
  return { get: (name) => loaded.get(name), list: () => [...loaded.values()], close };
}

async function build(
  spec: ComponentSpec,
  builder: Build,
  context: BuildContext,
  signal: AbortSignal,
): Promise<Building> {
  let awaited = true;
  const what = `component ${spec.name} (${spec.type}), initialisation`;
  try {
    return await withDeadline(context.clock, signal, spec.initTimeoutMs, what, async (ends) => {
      const building = await builder(spec, context, ends);
      // Too late: nobody would close it.
      if (!awaited) await building.close();
      return building;
    });
  } finally {
    awaited = false;
  }
}
