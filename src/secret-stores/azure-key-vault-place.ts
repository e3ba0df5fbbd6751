// Where a vault of Azure is, whom a token for it is for, and which directory gives one: by the author's word, else by the vault's name.
import type { FieldIssue } from '../errors.ts';

export interface VaultPlace {
  readonly url: URL;
  /** What a token is asked for. */
  readonly scope: string;
  /** The directory of applications. A workload identity has its own. */
  readonly authorityHost: string;
}

export interface WrittenVault {
  readonly vaultUri: string;
  readonly cloud?:
    | {
        readonly type: string;
        readonly keyVaultResourceURL?: string | undefined;
        readonly activeDirectoryEndpoint?: string | undefined;
      }
    | undefined;
}

interface AzureCloud {
  readonly resource: string;
  readonly authorityHost: string;
}

const PUBLIC = { resource: 'https://vault.azure.net', authorityHost: 'https://login.microsoftonline.com' };
const GOVERNMENT = { resource: 'https://vault.usgovcloudapi.net', authorityHost: 'https://login.microsoftonline.us' };
const CHINA = { resource: 'https://vault.azure.cn', authorityHost: 'https://login.chinacloudapi.cn' };
const GERMANY = { resource: 'https://vault.microsoftazure.de', authorityHost: 'https://login.microsoftonline.de' };

/** KEDA compares the names of clouds without regard to case. */
const CLOUDS: ReadonlyMap<string, AzureCloud> = new Map([
  ['azurepubliccloud', PUBLIC],
  ['azurecloud', PUBLIC],
  ['azureusgovernmentcloud', GOVERNMENT],
  ['azureusgovernment', GOVERNMENT],
  ['azurechinacloud', CHINA],
  ['azuregermancloud', GERMANY],
]);

/**
 * The place, or what is wrong with what was written. A token goes to vaults of the domain alone that it is for: a vault that a user
 * makes up gets none of ours. KEDA lets the vault say whom a token is for, and holds that against the vault's name as well.
 */
export function vaultPlace(written: WrittenVault): VaultPlace | FieldIssue {
  const url = httpsUrl(written.vaultUri);
  if (!url) return { field: 'vaultUri', message: 'expected an https URL such as https://shop.vault.azure.net' };
  const cloud = cloudOf(written, url);
  if ('field' in cloud) return cloud;
  const domain = new URL(cloud.resource).hostname;
  if (url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) {
    const advice = written.cloud?.type ? '' : '; name its cloud in cloud.type';
    return { field: 'vaultUri', message: `expected a vault of ${domain}, found "${url.hostname}"${advice}` };
  }
  return { url, scope: `${cloud.resource}/.default`, authorityHost: cloud.authorityHost };
}

function cloudOf({ cloud }: WrittenVault, vault: URL): AzureCloud | FieldIssue {
  const type = cloud?.type.toLowerCase() ?? '';
  if (cloud && type === 'private') {
    const { keyVaultResourceURL: resource = '', activeDirectoryEndpoint: directory = '' } = cloud;
    if (!httpsUrl(resource))
      return { field: 'cloud.keyVaultResourceURL', message: 'is required with cloud Private, as an https URL' };
    if (!httpsUrl(directory))
      return { field: 'cloud.activeDirectoryEndpoint', message: 'is required with cloud Private, as an https URL' };
    return { resource: resource.trim().replace(/\/(\.default)?$/, ''), authorityHost: directory.trim() };
  }
  if (type === '') return [...CLOUDS.values()].find((known) => isIn(vault, known)) ?? PUBLIC;
  return (
    CLOUDS.get(type) ?? {
      field: 'cloud.type',
      message: `expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private, found ${JSON.stringify(cloud?.type)}`,
    }
  );
}

function isIn({ hostname }: URL, { resource }: AzureCloud): boolean {
  return hostname.endsWith(`.${new URL(resource).hostname}`);
}

function httpsUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url?.protocol === 'https:' && url.hostname !== '' && url.username === '' && url.password === ''
    ? url
    : undefined;
}
