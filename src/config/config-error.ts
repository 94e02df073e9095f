/** Why a configuration cannot be used. Tests and callers read codes, never texts. */
export type ConfigErrorCode =
  | 'Unreadable'
  | 'Syntax'
  | 'UnknownKey'
  | 'MissingKey'
  | 'WrongValue'
  | 'Duplicate'
  | 'DanglingReference'
  | 'NotSupportedYet'
  | 'UnknownVariable';

/** Keys and list positions from the top of the file. */
export type Path = readonly (string | number)[];

/** `campaignGroups[0].campaign` */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

/** What is wrong with one key, before it is known in which file and line it stands. */
export class ConfigProblem extends Error {
  readonly code: ConfigErrorCode;
  readonly path: Path;

  /** @param what "found X, expected Y" */
  constructor(code: ConfigErrorCode, path: Path, what: string) {
    super(what);
    this.code = code;
    this.path = path;
  }
}

/** A configuration that cannot be used: one line that names file, key, what was found and what is expected. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  /** `campaignGroups[0].campaign`, the name of an environment variable, or '' for the file as a whole. */
  readonly path: string;

  constructor(code: ConfigErrorCode, path: string, message: string) {
    super(message.replaceAll(/\s*[\r\n]+\s*/g, ' '));
    this.name = 'ConfigError';
    this.code = code;
    this.path = path;
  }
}
