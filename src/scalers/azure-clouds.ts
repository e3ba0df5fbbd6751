// The clouds of Azure: where each has its services and its directory.

export interface AzureCloud {
  /** Domains of the services. */
  readonly servicebus: string;
  readonly queue: string;
  readonly vault: string;
  /** URL of the directory that issues tokens. */
  readonly authorityHost: string;
}

export const PUBLIC_CLOUD: AzureCloud = {
  servicebus: 'servicebus.windows.net',
  queue: 'queue.core.windows.net',
  vault: 'vault.azure.net',
  authorityHost: 'https://login.microsoftonline.com',
};
const GOVERNMENT: AzureCloud = {
  servicebus: 'servicebus.usgovcloudapi.net',
  queue: 'queue.core.usgovcloudapi.net',
  vault: 'vault.usgovcloudapi.net',
  authorityHost: 'https://login.microsoftonline.us',
};
const CHINA: AzureCloud = {
  servicebus: 'servicebus.chinacloudapi.cn',
  queue: 'queue.core.chinacloudapi.cn',
  vault: 'vault.azure.cn',
  authorityHost: 'https://login.chinacloudapi.cn',
};
const GERMANY: AzureCloud = {
  servicebus: 'servicebus.cloudapi.de',
  queue: 'queue.core.cloudapi.de',
  vault: 'vault.microsoftazure.de',
  authorityHost: 'https://login.microsoftonline.de',
};

/** By their names in lower case: KEDA compares them without regard to case. */
export const AZURE_CLOUDS: ReadonlyMap<string, AzureCloud> = new Map([
  ['azurepubliccloud', PUBLIC_CLOUD],
  ['azurecloud', PUBLIC_CLOUD],
  ['azureusgovernmentcloud', GOVERNMENT],
  ['azureusgovernment', GOVERNMENT],
  ['azurechinacloud', CHINA],
  ['azuregermancloud', GERMANY],
]);
