// A message's metadata as headers of the request that hands it to the app.
import type { Metadata } from './building-blocks.ts';

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const OWN_HEADERS =
  /^(host|connection|content-length|content-type|transfer-encoding|keep-alive|upgrade|expect|te|trailer)$/i;

/** Metadata as headers; names that can't be headers, or are the request's own, are left out. */
export function toHeaders(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata)
      .filter(([name]) => HEADER_NAME.test(name) && !OWN_HEADERS.test(name))
      .map(([name, value]) => [name.toLowerCase(), /^[\t\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value)]),
  );
}
