// `POST /v1.0/bindings/{name}`: the app invokes an output binding.
import { type ApiAnswer, apiError, type ApiDeps, type ApiRequest, reasonOf, traceOf } from './api-request.ts';
import type { OutputBinding } from './building-blocks.ts';
import { directionsOf } from './component.ts';
import { newSpan, traceHeaders } from './trace-context.ts';

interface InvokeBody {
  readonly operation?: unknown;
  readonly data?: unknown;
  readonly metadata?: unknown;
}

/** Answers 204 when the broker has taken the message. */
export async function invokeBinding(name: string, asked: ApiRequest, deps: ApiDeps): Promise<ApiAnswer> {
  const fail = (reason: string): ApiAnswer =>
    apiError(500, 'ERR_INVOKE_OUTPUT_BINDING', `error invoking output binding ${name}: ${reason}`);
  let body: InvokeBody;
  try {
    body = (JSON.parse(asked.body.toString('utf8')) ?? {}) as InvokeBody;
  } catch (error) {
    return apiError(400, 'ERR_MALFORMED_REQUEST', `failed deserializing HTTP body: ${reasonOf(error)}`);
  }
  const { operation, data = null, metadata } = body;
  if (!isTextMap(metadata)) {
    return apiError(400, 'ERR_MALFORMED_REQUEST', 'failed deserializing HTTP body: metadata must map names to strings');
  }
  if (typeof operation !== 'string' || operation === '') return fail('operation field is missing from request');
  const output = findOutput(name, deps);
  if (!output) return fail(`couldn't find output binding ${name}`);
  if (!output.operations.includes(operation)) {
    const supported = output.operations.join(' ');
    return fail(`binding ${name} does not support operation ${operation}. supported operations:${supported}`);
  }
  const span = newSpan(traceOf(asked), deps.random);
  try {
    await output.invoke(
      {
        operation,
        // The data is encoded anew, so that a JSON string keeps its quotes.
        data: Buffer.from(JSON.stringify(data)),
        metadata: { ...traceHeaders(span), ...metadata },
      },
      deps.signal,
    );
    return { status: 204 };
  } catch (error) {
    deps.log.error('output binding failed', { binding: name, error });
    return fail(reasonOf(error));
  }
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> | undefined | null {
  return (
    (typeof value === 'object' && Object.values(value ?? {}).every((entry) => typeof entry === 'string')) ||
    value === undefined
  );
}

function findOutput(name: string, deps: ApiDeps): OutputBinding | undefined {
  const component = deps.components()?.get(name);
  const directions = directionsOf(component?.spec.metadata ?? {});
  return directions.length === 0 || directions.includes('output') ? component?.building.output : undefined;
}
