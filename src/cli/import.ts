import { Command } from 'commander';
import { type CredentialOptions, withCredentialOptions } from './credential-options.js';

export interface ImportOptions extends CredentialOptions {
  /** Path of the configuration. */
  readonly config: string;
  /** Name of the calling list. */
  readonly list: string;
  /** Path of the file of records. */
  readonly records: string;
  /** Keep the good rows of a file that has bad ones. */
  readonly skipBad: boolean;
}

export type RunImport = (options: ImportOptions) => Promise<void>;

/** `ocm-gateway import --config FILE --list NAME RECORDS.csv` */
export function importCommand(run: RunImport): Command {
  return withCredentialOptions(new Command('import')
    .usage('--config FILE --list NAME [--skip-bad] [options] RECORDS.csv')
    .summary('load records into a calling list')
    .description(
      'Loads the records of RECORDS.csv into the table of a calling list, which is created where it is missing. ' +
        'The first line names the columns: fields of the list, in any order. Only contact_info is required; an ' +
        'empty cell, and a column that is not there, is null. A gateway that is running need not be stopped. An import ' +
        'that is interrupted goes on where it was when the same file is given again for the same list: it is known by ' +
        'the SHA-256 of all of its bytes, so a file that was changed begins anew. No record comes twice.',
    )
    .argument('<records>', 'the file, comma-separated, UTF-8')
    .requiredOption('--config <file>', 'the deployment, in YAML')
    .requiredOption('--list <name>', 'name of the calling list')
    .option('--skip-bad', 'keep the good rows and write the bad ones to RECORDS.csv.rejected'))
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway import --config deployment.yaml --list Spring spring.csv
  ocm-gateway import --config deployment.yaml --list Spring --skip-bad spring.csv

A file:
  contact_info,customer_name,tz_dbid
  5550100,"Lovelace, Ada",1
  5550101,Grace Hopper,

Exit status: 0 when the records are stored, 1 when not: a bad row is told with its line and field, and
without --skip-bad nothing of the file is kept.`,
    )
    .action((records: string, { skipBad = false, ...given }: CredentialOptions & { config: string; list: string; skipBad?: boolean }) =>
      run({ ...given, records, skipBad }),
    );
}
