import Table from 'cli-table3';
import { givenCredentials } from '../../cli/credential-options.js';
import type { RunLists } from '../../cli/lists.js';
import { loadConfig } from '../../config/load.js';
import type { ListBody } from '../../http/lists.js';
import { listOf } from '../store-or-gateway.js';
import { openLists } from './list-access.js';

export interface ListsWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => Promise<void>;
}

/** The body of `ocm-gateway lists`. */
export function showLists({ env, write }: ListsWorld): RunLists {
  return async ({ config, list, json, reclaim, ...given }) => {
    const { deployment } = loadConfig(config, env);
    if (list !== undefined) listOf(deployment, { config, list });
    const lists = await openLists(deployment, givenCredentials(given, env));
    try {
      const reclaimed = reclaim === undefined ? undefined : await lists.reclaim(reclaim, list);
      const reports = await lists.report(list);
      if (json) await write(`${JSON.stringify(reclaimed === undefined ? reports : { reclaimed, lists: reports }, undefined, 2)}\n`);
      else await write(`${reclaimed === undefined ? '' : `${reclaimed} records that application ${reclaim} had retrieved are Ready again\n`}${tableOf(reports)}\n`);
    } finally {
      await lists.close();
    }
  };
}

const HEAD = ['list', 'ready', 'retrieved', 'final', 'total', 'due', 'not due', 'next due', 'remarks'];

function tableOf(reports: readonly ListBody[]): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  for (const report of reports) {
    const { name, ready, retrieved, final, total, due, notDue, nextDueAt } = report;
    const reasons = Object.entries(notDue).map(([reason, count]) => `${reason} ${count}`);
    table.push([name, ready, retrieved, final, total, due, reasons.join('\n') || '-', nextDueAt ?? '-', remarksOf(report).join('\n') || '-']);
  }
  return table.toString();
}

function remarksOf({ problems, retrievedByOthers, imports }: ListBody): string[] {
  return [
    ...problems,
    ...retrievedByOthers.map(({ appId, records }) => `${records} retrieved by ${appId === null ? 'nobody knows whom (--reclaim 0)' : `application ${appId}`}`),
    ...imports.map(({ state, records, since }) => `${records} records of a file ${state === 'staged' ? 'not taken yet' : 'coming in'}, since ${since}`),
  ];
}
