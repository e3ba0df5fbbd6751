// The program's version: set by the bundler, `dev` when run from source.

declare const SLUICE_VERSION: string | undefined;

export const version: string = typeof SLUICE_VERSION === 'string' ? SLUICE_VERSION : '0.0.0-dev';
