// Who it is that tells, as OpenTelemetry puts it.
import type { Resource } from '@opentelemetry/resources';

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win; the SDK reads them from the process's environment. */
export async function resourceOf({
  version,
  instance,
}: {
  readonly version: string;
  readonly instance: string;
}): Promise<Resource> {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    '@opentelemetry/resources'
  );
  const own = resourceFromAttributes({
    'service.name': 'sluice',
    'service.version': version,
    'service.instance.id': instance,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
