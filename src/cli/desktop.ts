import { Command } from 'commander';
import { type GivenServerOptions, type ServerOptions, withServerOptions, withTimeout } from './server-options.js';

export interface DesktopOptions extends ServerOptions {
  readonly agent: string;
  readonly dn: string;
  /** The campaign to work; absent: the one that is heard of last. */
  readonly campaign?: string;
  /** Name of the environment variable that holds the agent's password. */
  readonly agentPasswordEnv?: string;
}

export type RunDesktop = (options: DesktopOptions) => Promise<void>;

/** `ocm-gateway desktop --agent ID --dn DN` */
export function desktopCommand(run: RunDesktop): Command {
  const command = new Command('desktop')
    .usage('--agent ID --dn DN [options]')
    .summary("be an agent's desktop in a terminal")
    .description(
      'Logs an agent in over T-Events and takes commands, a line each: ready, take a record, end it, and every other ' +
        'request of a desktop. What happens is shown as it comes, one line for each event: campaigns, records, calls. ' +
        'A connection that was lost is made again. The end of the input (Ctrl-D) logs out.',
    )
    .requiredOption('--agent <id>', 'who logs in')
    .requiredOption('--dn <dn>', 'where')
    .option('--campaign <name>', 'the campaign to work (default: the one that is heard of last)')
    .option('--agent-password-env <variable>', "the environment variable that holds the agent's password");
  return withServerOptions(command, 'tevents', 'ocm-gateway desktop')
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway desktop --agent 1001 --dn 7001
  printf '%s\\n' ready 'wait CampaignStarted 5m' take 'done Answer' | ocm-gateway desktop --agent 1001 --dn 7001

A morning's work, typed behind the prompt (help lists all commands):
  1001 logged in > ready
  1001 ready | Spring running > take
  1001 ready | Spring running | record 12 > processed NoAnswer
  1001 ready | Spring running > take
  1001 ready | Spring running | record 13 > update customer_name="Ada Lovelace"
  1001 ready | Spring running | record 13 > reschedule 12/24/2026 18:30

Exit status: 0 after the agent was logged out, 1 when it could not be logged in or its connection ended for good.`,
    )
    .action((given: GivenServerOptions & Omit<DesktopOptions, 'timeoutMs'>) => run(withTimeout(given)));
}
