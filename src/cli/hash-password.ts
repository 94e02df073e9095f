import { Command } from 'commander';

export type RunHashPassword = () => Promise<void>;

/** `ocm-gateway hash-password` */
export function hashPasswordCommand(run: RunHashPassword): Command {
  return new Command('hash-password')
    .summary('make a hash of a password, for the configuration')
    .description(
      'Reads a password from standard input, up to the end of its first line, and prints what may stand in its place in the configuration: ' +
        'scrypt$N$r$p$salt$hash, salt and hash in base64. On a terminal it asks for the password and does not show it.',
    )
    .addHelpText(
      'after',
      `
Examples:
  ocm-gateway hash-password
  printf '%s' "$PASSWORD" | ocm-gateway hash-password

Exit status: 0, or 1 where there was no password.`,
    )
    .action(() => run());
}
