// The local HTTP endpoint of `sluice run`, if it is to have one.
import type { Component } from '../../component.ts';
import type { Config } from '../../config.ts';
import { createDiagnostics } from '../../diagnostics.ts';
import { ConfigError } from '../../errors.ts';
import type { Telemetry } from '../../telemetry.ts';
import type { Decisions } from './membership.ts';

/** `parts` are those that have to be ready. */
export function createLocalEndpoint(
  config: Config,
  { telemetry, parts, decisions }: { telemetry: Telemetry; parts: readonly Component[]; decisions: Decisions },
): readonly Component[] {
  const address = parseAddress(config.diagnosticsAddress);
  if (!address) return [];
  const notReady = (): readonly string[] => parts.filter((part) => !part.ready()).map((part) => part.name);
  const metrics = config.prometheusMetrics ? telemetry : undefined;
  return [createDiagnostics({ ...address, notReady, metrics, decisions })];
}

function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  if (text === '') return undefined;
  const found = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!found || Number(found[3]) > 65_535) {
    throw new ConfigError('sluice run', [
      { field: '--diagnostics-address', message: `expected HOST:PORT, :PORT or nothing, found "${text}"` },
    ]);
  }
  return { host: found[1] ?? found[2] ?? '', port: Number(found[3]) };
}
