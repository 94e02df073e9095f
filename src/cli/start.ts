import { Command } from 'commander';

export interface StartOptions {
  /** Path of the configuration. */
  readonly config: string;
  /** Whether tables of calling lists get the indexes that they lack. */
  readonly addIndexes: boolean;
}

export type RunStart = (options: StartOptions) => Promise<void>;

/** `ocm-gateway start --config FILE` */
export function startCommand(run: RunStart): Command {
  return new Command('start')
    .usage('--config FILE [--no-index]')
    .summary('run the gateway until SIGTERM or SIGINT')
    .description(
      'Runs the gateway that FILE describes until SIGTERM or SIGINT, which stop it cleanly: nothing acknowledged is ' +
        'lost, and it takes at most limits.stopTimeout. A second signal ends it at once. It is ready when GET /health on the http listener answers 200.',
    )
    .requiredOption('--config <file>', 'the deployment, in YAML; OCM_ variables override single values')
    .option('--no-index', 'do not add indexes to tables of calling lists that exist already; what they lack is logged, with the statement to run')
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway start --config deployment.yaml
  OCM_LISTENERS_HTTP_PORT=9098 OCM_LOG_LEVEL=debug ocm-gateway start --config deployment.yaml

Exit status: 0 after a clean stop, 1 when it could not start (one line on stderr says what to do).`,
    )
    .action(({ config, index }: { config: string; index: boolean }) => run({ config, addIndexes: index }));
}
