import { CallResult, int, keys, type KvList, type Pair, string } from '../../../protocol/index.js';
import { durationOf, memberOf } from '../option-values.js';
import { type CommandLine, LineError } from './command-line.js';
import type { About, Desk } from './desk.js';
import { describeData, describePair } from './describe.js';

/** A command of the desktop. */
export interface DeskCommand {
  readonly name: string;
  readonly alias?: string;
  /** What follows the name. */
  readonly usage: string;
  readonly summary: string;
  /** GSW_AGENT_REQ_TYPE of the request that it sends. */
  readonly sends?: string;
  run(desk: Desk, line: CommandLine): Promise<void> | void;
}

/** A request in user data that takes whatever pairs were typed. */
function request(name: string, type: string, about: About, summary: string, usage = '[PAIRS]'): DeskCommand {
  return {
    name,
    usage,
    summary,
    sends: type,
    run(desk, { words, pairs }) {
      noWords(words);
      return desk.ask(type, about, pairs);
    },
  };
}

function noWords([word]: readonly string[]): void {
  if (word !== undefined) throw new LineError(`'${word}' is no pair: pairs are KEY=TEXT`);
}

/** The pairs, with the call result where one was typed as a word. */
function withResult([result, ...others]: readonly string[], pairs: KvList): KvList {
  noWords(others);
  if (result === undefined) return pairs;
  const number = memberOf(CallResult, result);
  if (number === undefined) throw new LineError(`'${result}' is no call result: Answer, Busy, NoAnswer, AnsweringMachine, WrongNumber and others, or a number`);
  return [{ key: keys.GSW_CALL_RESULT, value: int(number) }, ...pairs];
}

export const COMMANDS: readonly DeskCommand[] = [
  { name: 'ready', usage: '', summary: 'take records and calls', run: (desk) => desk.setReady(true) },
  { name: 'notready', usage: '', summary: 'take none', run: (desk) => desk.setReady(false) },
  {
    name: 'campaigns',
    usage: '',
    summary: 'ask which campaigns are loaded or running',
    sends: 'CampaignStatusRequest',
    run: (desk) => desk.askForCampaigns(),
  },
  {
    name: 'campaign',
    usage: 'NAME',
    summary: 'work that one, not the one that was heard of last',
    run(desk, { words: [name] }) {
      if (name === undefined) throw new LineError('campaign NAME');
      desk.state.choose(name);
    },
  },
  request('start', 'PreviewDialingModeStart', 'campaign', 'begin to work the campaign in Preview'),
  request('over', 'PreviewDialingModeOver', 'campaign', 'cease to work it'),
  { ...request('take', 'PreviewRecordRequest', 'campaign', 'take a record'), alias: 'next' },
  { name: 'record', usage: '', summary: 'show all that is known of the record in hand', run: showRecord },
  {
    name: 'processed',
    alias: 'done',
    usage: 'RESULT [PAIRS]',
    summary: 'end the record, with a result such as Busy',
    sends: 'RecordProcessed',
    run(desk, { words, pairs }) {
      if (words.length === 0) throw new LineError('processed RESULT, such as Answer, Busy, NoAnswer or WrongNumber');
      return desk.ask('RecordProcessed', 'record', withResult(words, pairs));
    },
  },
  request('reject', 'RecordReject', 'record', 'give the record back: another agent gets it'),
  {
    name: 'update',
    usage: '[RESULT] [PAIRS]',
    summary: 'write to the record and keep it',
    sends: 'UpdateCallCompletionStats',
    run: (desk, { words, pairs }) => desk.ask('UpdateCallCompletionStats', 'record', withResult(words, pairs)),
  },
  {
    name: 'reschedule',
    usage: 'DATE HH:MM [PAIRS]',
    summary: "call again then, in the record's zone",
    sends: 'RecordReschedule',
    run(desk, { words, pairs }) {
      const at: Pair[] = words.length === 0 ? [] : [{ key: keys.GSW_DATE_TIME, value: string(words.join(' ')) }];
      return desk.ask('RecordReschedule', 'record', [...at, ...pairs]);
    },
  },
  request('cancel', 'RequestRecordCancel', 'recordOrNumber', 'never dial the record, or GSW_PHONE=, again'),
  request('dnc', 'DoNotCall', 'recordOrNumber', 'never dial its number, or GSW_PHONE=, anywhere'),
  {
    name: 'chain',
    usage: '[PAIRS]',
    summary: "show the others of its chain",
    sends: 'ChainedRecordRequest',
    run(desk, { words, pairs }) {
      noWords(words);
      return desk.askAll('ChainedRecordRequest', 'ChainedRecordsDataEnd', 'record', pairs);
    },
  },
  request('add', 'AddRecord', 'nothing', 'add a record: GSW_CALLING_LIST=, GSW_PHONE= and others', 'PAIRS'),
  {
    name: 'send',
    usage: 'TYPE [PAIRS]',
    summary: 'send any request, with these pairs only',
    run(desk, { words: [type, ...others], pairs }) {
      if (type === undefined) throw new LineError('send TYPE, such as PreviewRecordRequest');
      noWords(others);
      return desk.ask(type, 'nothing', pairs);
    },
  },
  { name: 'state', usage: '', summary: 'show campaign groups and the records in hand', run: showState },
  {
    name: 'wait',
    usage: 'EVENT [DURATION]',
    summary: 'wait for an event such as CampaignStarted',
    run: wait,
  },
  { name: 'help', alias: '?', usage: '[COMMAND]', summary: 'this list, or what one command sends', run: help },
  { name: 'quit', alias: 'exit', usage: '', summary: 'log out and leave; so does the end of the input', run: (desk) => desk.quit() },
];

/** The command of that name; undefined where there is none. */
export function findCommand(name: string): DeskCommand | undefined {
  return COMMANDS.find((command) => command.name === name || command.alias === name);
}

function showRecord(desk: Desk): void {
  const { record } = desk.state;
  if (record === undefined) throw new LineError('there is no record in hand');
  desk.voice.show(record.data.map(describePair));
}

function showState(desk: Desk): void {
  const { state, voice } = desk;
  const groups = [...state.groups].map(([name, is]) => `  ${name}: ${is}`);
  const records = state.records.map((record) => `  ${describeData(record)}`);
  voice.show([state.summary(), ...groups, ...records]);
}

async function wait(desk: Desk, { words: [event, duration] }: CommandLine): Promise<void> {
  const ms = duration === undefined ? desk.defaultWaitMs : durationOf(duration);
  if (event === undefined || ms === undefined) throw new LineError('wait EVENT [DURATION], such as wait CampaignStarted 10s');
  if (!(await desk.wait(event, ms))) desk.voice.say('refusal', 'wait', `no ${event} came within ${ms} ms`);
}

const USAGE_WIDTH = 32;

function help(desk: Desk, { words: [name] }: CommandLine): void {
  const one = name === undefined ? undefined : findCommand(name);
  if (name !== undefined && one === undefined) throw new LineError(`there is no command '${name}'`);
  if (one === undefined) desk.voice.show([...COMMANDS.map(describeCommand), ...NOTES]);
  else desk.voice.show([describeCommand(one), ...(one.sends === undefined ? [] : [`  It sends ${one.sends}.`])]);
}

function describeCommand({ name, alias, usage, summary }: DeskCommand): string {
  const names = alias === undefined ? name : `${name}, ${alias}`;
  return `  ${`${names} ${usage}`.padEnd(USAGE_WIDTH)} ${summary}`;
}

const NOTES = [
  '',
  '  The record is the one longest in hand, unless GSW_RECORD_HANDLE= names another.',
  '  PAIRS: KEY=TEXT, which the gateway reads as the key wants it; customer_name="Ada L."',
  "         KEY:=LITERAL, as the trace writes it: 5 an int, 5L a long, '5' a string",
  '  DATE:  MM/DD/YYYY. GSW_CALLBACK_TYPE=Personal is a call by this agent alone.',
];
