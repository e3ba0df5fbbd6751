// OAuth2 of an authentication: becomes the parameters with which a trigger gets its tokens by itself. KEDA's section oauth2.
import type { SecretStore } from './secret-store.ts';
import type { Section } from './section.ts';

/** Asks nobody: the trigger exchanges the secret for a token, with authModes oauth. */
export function createOauth2(): SecretStore<Section<'oauth2'>> {
  return {
    async prepare({ clientId, tokenUrl, scopes = [], tokenUrlParams = {}, clientSecret }, context) {
      const secret = clientSecret && (await context.secret(clientSecret.valueFrom.secretKeyRef));
      if (secret?.kind === 'unresolved') return secret;
      const parameters = new URLSearchParams(tokenUrlParams);
      // As Go encodes them, whatever order they were written in.
      parameters.sort();
      const values = {
        oauthTokenURI: tokenUrl,
        clientID: clientId,
        ...(secret?.kind === 'set' ? { clientSecret: secret.value } : {}),
        ...(scopes.length > 0 ? { scopes: scopes.join(',') } : {}),
        ...(parameters.size > 0 ? { endpointParams: parameters.toString() } : {}),
      };
      const gaps = secret?.kind === 'missing' ? [{ parameter: 'clientSecret', why: secret.why }] : [];
      return { kind: 'question', question: { dependsOn: [values, gaps], ask: async () => ({ values, gaps }) } };
    },
    close: async () => {},
  };
}
