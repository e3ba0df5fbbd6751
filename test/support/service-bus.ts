// The Service Bus emulator in real time, and Azure's own clients connected to it.
import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import { systemClock } from '../../src/async.ts';
import { silentLogger } from '../../src/log.ts';
import {
  type ServiceBusEmulator,
  type ServiceBusEmulatorOptions,
  startServiceBusEmulator,
} from '../../src/sandbox/service-bus/emulator.ts';

export function startEmulator(options: Partial<ServiceBusEmulatorOptions> = {}): Promise<ServiceBusEmulator> {
  return startServiceBusEmulator({ clock: systemClock, random: Math.random, log: silentLogger, ...options });
}

/** A client that fails at once, so that tests see the first error. */
export function connectClient(connectionString: string): ServiceBusClient {
  return new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 3000 } });
}

/** This version of Azure's client insists on HTTPS for management, whatever the connection string says. */
export function connectAdmin(connectionString: string): ServiceBusAdministrationClient {
  const admin = new ServiceBusAdministrationClient(connectionString, { retryOptions: { maxRetries: 0 } });
  const { pipeline } = admin as unknown as { pipeline: { addPolicy(policy: unknown): void } };
  pipeline.addPolicy({
    name: 'plainHttp',
    sendRequest(
      request: { url: string; allowInsecureConnection: boolean },
      next: (request: unknown) => Promise<unknown>,
    ) {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return admin;
}
