import { ConfigError } from '../../src/config/config-error.js';
import { parseConfig } from '../../src/config/load.js';
import type { Config, Environment } from '../../src/config/load.js';

type Json = Record<string, unknown>;

/** A small configuration that is right, as a fresh object for a test to spoil. */
export function smallConfig() {
  return {
    server: { dbid: 156, name: 'OCServer' } as Json,
    listeners: { http: { port: 8098 } as Json } as Record<string, Json>,
    store: { url: 'pglite:./data' } as Json,
    log: {} as Json,
    timeZones: [{ dbid: 1, name: 'GMT', zone: 'Etc/UTC' }] as Json[],
    agents: [{ id: '1001', name: 'Ada' }, { id: '1002', name: 'Grace' }] as Json[],
    groups: [{ dbid: 732, name: 'Sales', agents: ['1001', '1002'] }, { dbid: 733, name: 'Support' }] as Json[],
    callingLists: [{ dbid: 501, name: 'Spring', table: 'cl_spring' }, { dbid: 502, name: 'Autumn', table: 'cl_autumn' }] as Json[],
    doNotCall: { table: 'dnc' } as Json,
    communicationDns: ['CommDN1', 'CommDN2'] as unknown[],
    campaigns: [
      { dbid: 101, name: 'Spring', lists: [{ list: 'Spring' }] },
      { dbid: 102, name: 'Autumn', lists: [{ list: 502 }] },
    ] as Json[],
    campaignGroups: [
      { dbid: 1001, campaign: 101, group: 732 },
      { dbid: 1002, campaign: 'Autumn', group: 'Support' },
    ] as Json[],
    limits: {} as Json,
  };
}

export type SmallConfig = ReturnType<typeof smallConfig> & Json;

/** JSON is YAML, so an object can be spoilt where text would have to be cut. */
export function parseObject(value: unknown, env: Environment = {}): Config {
  return parseConfig(JSON.stringify(value), { baseDir: '/etc/ocm', env, file: 'test.yaml' });
}

/** The small configuration after `change`. */
export function parseChanged(change: (config: SmallConfig) => void, env: Environment = {}): Config {
  const config: SmallConfig = smallConfig();
  change(config);
  return parseObject(config, env);
}

/** The error that `run` throws; anything else is a failed test. */
export function configErrorOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError, but nothing was thrown');
}
