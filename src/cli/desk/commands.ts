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
  run(desk: Desk, line: CommandLine): Promise<void> | void;
}

/** A request in user data that takes whatever pairs were typed. */
function request(name: string, type: string, about: About, summary: string, usage = '[KEY=TEXT]...'): DeskCommand {
  return {
    name,
    usage,
    summary: `${summary} (${type})`,
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
  { name: 'campaigns', usage: '', summary: 'ask which campaigns are loaded or running', run: (desk) => desk.askForCampaigns() },
  {
    name: 'campaign',
    usage: 'NAME',
    summary: 'work that campaign; without it the one that was heard of last',
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
    usage: 'RESULT [KEY=TEXT]...',
    summary: 'end the record with a call result, such as Answer or 33 (RecordProcessed)',
    run(desk, { words, pairs }) {
      if (words.length === 0) throw new LineError('processed RESULT, such as Answer, Busy, NoAnswer or WrongNumber');
      return desk.ask('RecordProcessed', 'record', withResult(words, pairs));
    },
  },
  request('reject', 'RecordReject', 'record', 'give the record back: another agent gets it'),
  {
    name: 'update',
    usage: '[RESULT] [KEY=TEXT]...',
    summary: 'write a result or custom fields, and keep the record (UpdateCallCompletionStats)',
    run: (desk, { words, pairs }) => desk.ask('UpdateCallCompletionStats', 'record', withResult(words, pairs)),
  },
  {
    name: 'reschedule',
    usage: 'MM/DD/YYYY HH:MM [KEY=TEXT]...',
    summary: "call again then, in the record's time zone; GSW_CALLBACK_TYPE=Personal: by this agent (RecordReschedule)",
    run(desk, { words, pairs }) {
      const at: Pair[] = words.length === 0 ? [] : [{ key: keys.GSW_DATE_TIME, value: string(words.join(' ')) }];
      return desk.ask('RecordReschedule', 'record', [...at, ...pairs]);
    },
  },
  request('cancel', 'RequestRecordCancel', 'recordOrNumber', 'never dial the record, or GSW_PHONE=, again'),
  request('dnc', 'DoNotCall', 'recordOrNumber', 'put its number, or GSW_PHONE=, on the do-not-call list'),
  {
    name: 'chain',
    usage: '[KEY=TEXT]...',
    summary: "show the other records of the record's chain (ChainedRecordRequest)",
    run(desk, { words, pairs }) {
      noWords(words);
      return desk.askAll('ChainedRecordRequest', 'ChainedRecordsDataEnd', 'record', pairs);
    },
  },
  request('add', 'AddRecord', 'nothing', 'add a record', 'GSW_CALLING_LIST=LIST GSW_PHONE=NUMBER [KEY=TEXT]...'),
  {
    name: 'send',
    usage: 'TYPE [KEY=TEXT]...',
    summary: 'send any other request, with these pairs and no others',
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
    summary: 'wait for an event that no earlier wait has passed, such as CampaignStarted: for scripts',
    run: wait,
  },
  { name: 'help', alias: '?', usage: '[COMMAND]', summary: 'this list, or one line of it', run: help },
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

const USAGE_WIDTH = 40;

function help(desk: Desk, { words: [name] }: CommandLine): void {
  const one = name === undefined ? undefined : findCommand(name);
  if (name !== undefined && one === undefined) throw new LineError(`there is no command '${name}'`);
  const lines = (one === undefined ? COMMANDS : [one]).map(({ usage, summary, ...command }) => {
    const names = command.alias === undefined ? command.name : `${command.name}, ${command.alias}`;
    return `  ${`${names} ${usage}`.padEnd(USAGE_WIDTH)} ${summary}`;
  });
  desk.voice.show([...lines, ...(one === undefined ? NOTES : [])]);
}

const NOTES = [
  '',
  '  Requests about a record mean the one that has been in hand longest, unless GSW_RECORD_HANDLE= names another.',
  '  KEY=TEXT sends text, which the gateway reads as the key wants it; quotes hold blanks: customer_name="Ada L.".',
  '  KEY:=LITERAL sends what the trace writes so: 5 an int, 5L a long, 0.5 a float, \'5\' a string, 0x00ff binary.',
];
