// Where a vault of Azure is, whom a token for it is for, and which directory gives one: by the author's word, else by the vault's name.
import type { FieldIssue } from '../errors.ts';
import { AZURE_CLOUDS, type AzureCloud, PUBLIC_CLOUD } from '../scalers/azure-clouds.ts';

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

/** Of one cloud, as far as vaults go. */
interface VaultCloud {
  /** URL that tokens are for. */
  readonly resource: string;
  readonly authorityHost: string;
}

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

function cloudOf({ cloud }: WrittenVault, vault: URL): VaultCloud | FieldIssue {
  const type = cloud?.type.toLowerCase() ?? '';
  if (cloud && type === 'private') {
    const { keyVaultResourceURL: resource = '', activeDirectoryEndpoint: directory = '' } = cloud;
    if (!httpsUrl(resource))
      return { field: 'cloud.keyVaultResourceURL', message: 'is required with cloud Private, as an https URL' };
    if (!httpsUrl(directory))
      return { field: 'cloud.activeDirectoryEndpoint', message: 'is required with cloud Private, as an https URL' };
    return { resource: resource.trim().replace(/\/(\.default)?$/, ''), authorityHost: directory.trim() };
  }
  const named = type === '' ? cloudOfHost(vault) : AZURE_CLOUDS.get(type);
  if (named) return { resource: `https://${named.vault}`, authorityHost: named.authorityHost };
  return {
    field: 'cloud.type',
    message: `expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private, found ${JSON.stringify(cloud?.type)}`,
  };
}

function cloudOfHost({ hostname }: URL): AzureCloud {
  return [...AZURE_CLOUDS.values()].find(({ vault }) => hostname.endsWith(`.${vault}`)) ?? PUBLIC_CLOUD;
}

function httpsUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url?.protocol === 'https:' && url.hostname !== '' && url.username === '' && url.password === ''
    ? url
    : undefined;
}
