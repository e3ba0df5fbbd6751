// Which topics of a pub/sub component an app may publish to or subscribe to.

export interface TopicScopes {
  mayPublish(topic: string): boolean;
  maySubscribe(topic: string): boolean;
}

/** Dapr: `allowedTopics`, `publishingScopes` and `subscriptionScopes` of the component, for example `app1=a,b;app2=`. */
export function readTopicScopes(metadata: Readonly<Record<string, string>>, appId: string): TopicScopes {
  const values = new Map(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
  const allowed = words(values.get('allowedtopics'));
  const rule = (scopes: string | undefined): ((topic: string) => boolean) => {
    const own = (scopes ?? '')
      .split(';')
      .map((part) => part.split('='))
      .find(([app]) => app?.trim() === appId);
    const topics = own && words(own[1]);
    return (topic) =>
      (allowed.length === 0 || allowed.includes(topic)) && (topics === undefined || topics.includes(topic));
  };
  return { mayPublish: rule(values.get('publishingscopes')), maySubscribe: rule(values.get('subscriptionscopes')) };
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
