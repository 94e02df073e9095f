import { CallResult, KEY_NAMES } from '../../../protocol/index.js';
import { COMMANDS, findCommand } from './commands.js';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  processed: Object.keys(CallResult),
  update: Object.keys(CallResult),
  help: COMMANDS.map(({ name }) => name),
};

/** What the last word of a line may become: a command first, then what that command takes, or a key of user data. */
export function complete(line: string): [candidates: string[], of: string] {
  const words = line.trimStart().split(/\s+/);
  const [command = '', ...others] = words;
  const last = words.at(-1) ?? '';
  if (others.length === 0) return [matching(COMMANDS.map(({ name }) => `${name} `), last), last];
  const found = findCommand(command);
  if (found === undefined) return [[], last];
  const taken = others.length === 1 ? (WORDS[found.name] ?? []).map((word) => `${word} `) : [];
  const pairs = found.usage.includes('KEY=TEXT') ? KEY_NAMES.map((key) => `${key}=`) : [];
  return [matching([...taken, ...pairs], last), last];
}

function matching(candidates: readonly string[], typed: string): string[] {
  return candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed.toLowerCase()));
}
