import { Command, InvalidArgumentError } from 'commander';
import { type CredentialOptions, withCredentialOptions } from './credential-options.js';

export interface ListsOptions extends CredentialOptions {
  /** Path of the configuration. */
  readonly config: string;
  /** Name of one calling list; absent: all. */
  readonly list: string | undefined;
  readonly json: boolean;
  /** Whose Retrieved records are made Ready first; 0: those that name nobody. */
  readonly reclaim: number | undefined;
}

export type RunLists = (options: ListsOptions) => Promise<void>;

function appId(text: string): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value > 2_147_483_647) throw new InvalidArgumentError('expected the DBID of an application, or 0');
  return value;
}

/** `ocm-gateway lists --config FILE` */
export function listsCommand(run: RunLists): Command {
  return withCredentialOptions(new Command('lists')
    .usage('--config FILE [--list NAME] [--json] [--reclaim APP_ID] [options]')
    .summary('say what is in the calling lists, and why what is left is not dialed')
    .description(
      'Counts the records of every calling list: Ready, Retrieved, final and all; how many are due, why the others ' +
        'are not, and when the next one is. A gateway that is running need not be stopped.',
    )
    .requiredOption('--config <file>', 'the deployment, in YAML')
    .option('--list <name>', 'only this calling list')
    .option('--json', 'as JSON')
    .option(
      '--reclaim <app_id>',
      'first make every record Ready that this application has marked Retrieved and left; 0: records that name none. ' +
        'Nothing is asked: be sure that it is not at work on them. Our own server.dbid is refused while the gateway runs',
      appId,
    ))
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway lists --config deployment.yaml
  ocm-gateway lists --config deployment.yaml --list Spring --json
  ocm-gateway lists --config deployment.yaml --reclaim 200

Reasons: incomplete (no number, or no record_id), recordType, maxAttempts, filter, unknownZone, doNotCall,
scheduled (later), window (outside of its daily window), chain (it names none, or another record of it is
before or with somebody); each record counts for the first that applies.

Exit status: 0, or 1 where the lists cannot be read.`,
    )
    .action(({ config, list, json = false, reclaim, ...credentials }: CredentialOptions & { config: string; list?: string; json?: boolean; reclaim?: number }) =>
      run({ config, list, json, reclaim, ...credentials }),
    );
}
