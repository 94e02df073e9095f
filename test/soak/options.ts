import { Command, InvalidArgumentError } from 'commander';

/** What a soak is told. */
export interface SoakOptions {
  readonly minutes: number;
  readonly desktops: number;
  readonly groups: number;
  readonly seed: number;
  /** A PostgreSQL server of somebody else's, in which a database is made; undefined: one of the soak's own. */
  readonly store: string | undefined;
  /** Whether the gateway is killed. */
  readonly kill: boolean;
  /** Whether lines are cut and frozen. */
  readonly cut: boolean;
  /** Whether the database is restarted, paused and cut off. */
  readonly storeFaults: boolean;
  /** Where logs go; undefined: a temporary directory, which is kept where something was wrong. */
  readonly logs: string | undefined;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0 is expected');
  return value;
}

function whole(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number is expected');
  return value;
}

/** The command line of `npm run soak --`. Ends the process where it is asked for help or is given what it does not know. */
export function readOptions(args: readonly string[]): SoakOptions {
  const command = new Command('soak')
    .description('Desktops come and go, campaign groups run and complete, and everything is killed, restarted and cut, while six invariants are checked. Exit status 1 on the first breach.')
    .option('--minutes <n>', 'how long', positive, 10)
    .option('--desktops <n>', 'how many desktops', whole, 1000)
    .option('--groups <n>', 'how many campaign groups: the even ones in Preview, the others in Progress', whole, 20)
    .option('--seed <n>', 'from which all that is random follows, but for what the timing makes of it', whole, 20_261)
    .option('--store <url>', 'a PostgreSQL server in which a database may be made, postgres://user@host:port/postgres; it is not stopped or paused')
    .option('--no-kill', 'the gateway is not killed')
    .option('--no-cut', 'lines are not cut or frozen')
    .option('--no-store-faults', 'the database is not restarted, paused or cut off')
    .option('--logs <directory>', 'where the logs of the gateway go');
  const { store, logs, ...others } = command.parse(args, { from: 'user' }).opts<Omit<SoakOptions, 'store' | 'logs'> & { store?: string; logs?: string }>();
  return { store, logs, ...others };
}
