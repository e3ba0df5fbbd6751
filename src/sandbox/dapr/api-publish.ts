// `POST /v1.0/publish/{pubsub}/{topic}`: the app publishes an event.
import { isTrue } from './annotations.ts';
import { ttlOf } from './building-blocks.ts';
import { toCloudEvent, withExpiration } from './cloud-event.ts';
import { type ApiAnswer, apiError, type ApiDeps, type ApiRequest, reasonOf, traceOf } from './api-request.ts';
import { readTopicScopes } from './topic-scopes.ts';
import { newSpan } from './trace-context.ts';

export async function publishEvent(
  pubsubName: string,
  topic: string,
  asked: ApiRequest,
  deps: ApiDeps,
): Promise<ApiAnswer> {
  const component = deps.components()?.get(pubsubName);
  const pubsub = component?.building.pubsub;
  if (!component || !pubsub) return apiError(404, 'ERR_PUBSUB_NOT_FOUND', `pubsub ${pubsubName} is not found`);
  if (topic === '') return apiError(404, 'ERR_TOPIC_EMPTY', `topic is empty in pubsub ${pubsubName}`);
  if (!readTopicScopes(component.spec.metadata, deps.appId).mayPublish(topic)) {
    return apiError(403, 'ERR_PUBSUB_FORBIDDEN', `topic ${topic} is not allowed for app id ${deps.appId}`);
  }
  const metadata = requestMetadata(asked.query);
  const ttlMs = ttlOf(metadata);
  const envelop = (): Buffer => {
    const event = toCloudEvent({
      topic,
      pubsub: pubsubName,
      data: asked.body,
      contentType: contentTypeOf(asked),
      metadata,
      source: deps.appId,
      trace: newSpan(traceOf(asked), deps.random),
      id: deps.newId(),
      nowMs: deps.now(),
    });
    const expires = ttlMs !== undefined && !pubsub.nativeTtl;
    return Buffer.from(JSON.stringify(expires ? withExpiration(event, ttlMs, deps.now()) : event));
  };
  let data: Buffer;
  try {
    data = isTrue(metadata['rawPayload']) ? asked.body : envelop();
  } catch (error) {
    return apiError(500, 'ERR_PUBSUB_CLOUD_EVENTS_SER', `cannot create cloudevent: ${reasonOf(error)}`);
  }
  try {
    await pubsub.publish({ topic, data, metadata, ttlMs }, deps.signal);
    return { status: 204 };
  } catch (error) {
    deps.log.error('publishing failed', { pubsub: pubsubName, topic, error });
    const message = `error when publish to topic ${topic} in pubsub ${pubsubName}: ${reasonOf(error)}`;
    return apiError(500, 'ERR_PUBSUB_PUBLISH_MESSAGE', message);
  }
}

function contentTypeOf({ headers }: ApiRequest): string {
  const type = headers['content-type'];
  return typeof type === 'string' ? type : 'text/plain';
}

/** Dapr: query parameters that begin with `metadata.`. */
function requestMetadata(query: URLSearchParams): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...query].filter(([name]) => name.startsWith('metadata.')).map(([name, value]) => [name.slice(9), value]),
  );
}
