import { Command } from 'commander';
import { type CredentialOptions, withCredentialOptions } from './credential-options.js';

export interface ExportOptions extends CredentialOptions {
  /** Path of the configuration. */
  readonly config: string;
  /** Name of the calling list. */
  readonly list: string;
  /** Path of the file to write; absent: stdout. */
  readonly out: string | undefined;
}

export type RunExport = (options: ExportOptions) => Promise<void>;

/** `ocm-gateway export --config FILE --list NAME [OUT.csv]` */
export function exportCommand(run: RunExport): Command {
  return withCredentialOptions(new Command('export')
    .usage('--config FILE --list NAME [options] [OUT.csv]')
    .summary('write a calling list to a file')
    .description(
      'Writes the records of a calling list as CSV, in the order of record_id, with the header and the values that ' +
        'import takes: kinds, states and results by their names, times in seconds since 1970. A gateway that is running need not be stopped.',
    )
    .argument('[out]', 'the file, which is replaced; without it, standard output')
    .requiredOption('--config <file>', 'the deployment, in YAML')
    .requiredOption('--list <name>', 'name of the calling list'))
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway export --config deployment.yaml --list Spring spring.csv
  ocm-gateway export --config deployment.yaml --list Spring | grep ,NoAnswer,

Exit status: 0 when all of the list is written, 1 when not: OUT.csv is as it was then.`,
    )
    .action((out: string | undefined, given: CredentialOptions & { config: string; list: string }) => run({ ...given, out }));
}
