// What /metrics would serve, as one text.
import type { Telemetry } from '../../src/telemetry.ts';

export async function textOf(telemetry: Pick<Telemetry, 'render'>): Promise<string> {
  return (await Array.fromAsync(telemetry.render())).join('');
}
