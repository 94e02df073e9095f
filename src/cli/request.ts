import { Command, InvalidArgumentError } from 'commander';
import { DialMode, findMessageByName, OptimizeBy } from '../../protocol/index.js';
import { REQUEST_NAMES } from '../campaign/request-names.js';
import { parseDbid, parseInteger, parseMember } from './option-values.js';
import { type GivenServerOptions, type ServerOptions, withServerOptions, withTimeout } from './server-options.js';

export type RequestMessageName = `GSW_CM_Req${(typeof REQUEST_NAMES)[number]['direct']}`;

export interface RequestOptions extends ServerOptions {
  readonly name: RequestMessageName;
  /** DBIDs; campaign and group are there, or session is. */
  readonly campaign?: number;
  readonly group?: number;
  readonly session?: number;
  /** GSW_AUTO_COMPLETION. */
  readonly autoCompletion?: number;
  readonly dialMode?: number;
  readonly optimizeBy?: number;
  readonly optimizeGoal?: number;
}

export type RunRequest = (options: RequestOptions) => Promise<void>;

/** The options as the command line gives them. */
type Given = GivenServerOptions & Omit<RequestOptions, 'name' | 'timeoutMs'>;

const NAMES = REQUEST_NAMES.map(({ path }) => path).join(', ');

/** `load-campaign`, `LoadCampaign` or `GSW_CM_ReqLoadCampaign`. */
function parseName(text: string): RequestMessageName {
  for (const { path, direct } of REQUEST_NAMES) {
    const message = `GSW_CM_Req${direct}` as const;
    if (text === path || text === direct || text === message) return message;
  }
  throw new InvalidArgumentError(`Expected one of ${NAMES}.`);
}

/** An option that the request's message has no attribute for would not be sent: it is refused instead. */
function misplaced(name: RequestMessageName, given: Given): string | undefined {
  const carries = findMessageByName(name)?.carries ?? [];
  const needs = [
    ['--dial-mode', given.dialMode, 'GSW_CM_AttrDialMode'],
    ['--optimize-by', given.optimizeBy, 'GSW_CM_AttrOptimizeBy'],
    ['--optimize-goal', given.optimizeGoal, 'GSW_CM_AttrOptimizeGoal'],
  ] as const;
  return needs.find(([, value, attribute]) => value !== undefined && !carries.includes(attribute))?.[0];
}

/** `ocm-gateway request NAME --campaign N --group N` */
export function requestCommand(run: RunRequest): Command {
  const command = new Command('request')
    .usage('NAME --campaign N --group N [options]')
    .summary('send one campaign request to a running gateway')
    .description(
      'Sends one GSW_CM request to the direct listener of a gateway that is running and prints the answer: ' +
        'one line that says how the campaign group stands, and the message as the trace shows it.',
    )
    .argument('<name>', `what is asked: ${NAMES}; LoadCampaign and GSW_CM_ReqLoadCampaign do as well`, parseName)
    .option('--campaign <dbid>', 'the campaign', parseDbid)
    .option('--group <dbid>', 'the group of agents', parseDbid)
    .option('--session <dbid>', 'the campaign group, in place of campaign and group', parseDbid)
    .option('--auto-completion <0|1>', 'GSW_AUTO_COMPLETION: 1, stop and unload by itself when no record is left; 0, do not', parseFlag)
    .option('--dial-mode <mode>', 'name or number, such as Preview or 3', parseMember(DialMode))
    .option('--optimize-by <what>', 'name or number, such as BusyFactor or 1', parseMember(OptimizeBy))
    .option('--optimize-goal <number>', 'what to optimize for, such as per cent', parseInteger);
  withServerOptions(command, 'direct', 'ocm-gateway request').addHelpText(
    'after',
    `
load-campaign, start-dialing and set-dialing-mode take --auto-completion; start-dialing and
set-dialing-mode take --dial-mode, --optimize-by and --optimize-goal.

Examples:
  ocm-gateway request load-campaign --campaign 101 --group 732 --auto-completion 1
  ocm-gateway request start-dialing --session 1001 --dial-mode Preview
  ocm-gateway request get-campaign-status --campaign 101 --group 732 --config deployment.yaml
  CONSOLE_PASSWORD=... ocm-gateway request complete-campaign --session 1001 --client console --password-env CONSOLE_PASSWORD

Exit status: 0 when the request was done, 1 when it was refused (one line on stderr has the code's name)
or nobody answered, 2 for a command line that cannot be understood.`,
  );
  return command.action((name: RequestMessageName, given: Given) => {
    if (given.session === undefined && (given.campaign === undefined || given.group === undefined)) {
      command.error("error: a request needs '--campaign' and '--group', or '--session'");
    }
    const wrong = misplaced(name, given);
    if (wrong !== undefined) command.error(`error: option '${wrong}' is for start-dialing and set-dialing-mode`);
    return run({ ...withTimeout(given), name });
  });
}

function parseFlag(text: string): number {
  if (text !== '0' && text !== '1') throw new InvalidArgumentError('Expected 0 or 1.');
  return Number(text);
}
