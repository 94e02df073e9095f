import { CallResult, type KeyName } from '../../../protocol/index.js';
import { COMMANDS, findCommand } from './commands.js';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  processed: Object.keys(CallResult),
  update: Object.keys(CallResult),
  help: COMMANDS.map(({ name }) => name),
};

/** The keys that a desktop's requests have. */
const KEYS: readonly KeyName[] = [
  'GSW_CAMPAIGN_NAME', 'GSW_CAMPAIGN_GROUP_NAME', 'GSW_CALLING_LIST', 'GSW_RECORD_HANDLE', 'GSW_PHONE', 'GSW_PHONE_TYPE', 'GSW_CUSTOMER_ID',
  'GSW_CHAIN_ID', 'GSW_CHAIN_ATTR', 'GSW_CALL_RESULT', 'GSW_DATE_TIME', 'GSW_CALLBACK_TYPE', 'GSW_TREATMENT', 'GSW_RECORD_STATUS',
  'GSW_RECORD_TYPE', 'GSW_ATTEMPTS', 'GSW_FROM', 'GSW_UNTIL', 'GSW_TZ_NAME', 'GSW_AGENT_ID',
];

/** What the last word of a line may become: a command first, then what that command takes, or a key of user data. */
export function complete(line: string): [candidates: string[], of: string] {
  const words = line.trimStart().split(/\s+/);
  const [command = '', ...others] = words;
  const last = words.at(-1) ?? '';
  if (others.length === 0) return [matching(COMMANDS.map(({ name }) => `${name} `), last), last];
  const found = findCommand(command);
  if (found === undefined) return [[], last];
  const taken = others.length === 1 ? (WORDS[found.name] ?? []).map((word) => `${word} `) : [];
  const pairs = found.usage.includes('PAIRS') ? KEYS.map((key) => `${key}=`) : [];
  // a list of all there is helps nobody
  return [matching(taken.length > 0 && last === '' ? taken : [...taken, ...pairs], last), last];
}

function matching(candidates: readonly string[], typed: string): string[] {
  return candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed.toLowerCase()));
}
