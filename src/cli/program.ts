import { Command, CommanderError } from 'commander';
import { decodeCommand } from './decode.js';
import type { RunDecode } from './decode.js';
import { demoCommand } from './demo.js';
import type { RunDemo } from './demo.js';
import { desktopCommand } from './desktop.js';
import type { RunDesktop } from './desktop.js';
import { describeFailure, EXIT_USAGE } from './errors.js';
import { exportCommand } from './export.js';
import type { RunExport } from './export.js';
import { hashPasswordCommand } from './hash-password.js';
import type { RunHashPassword } from './hash-password.js';
import { importCommand } from './import.js';
import type { RunImport } from './import.js';
import { listsCommand } from './lists.js';
import type { RunLists } from './lists.js';
import { requestCommand } from './request.js';
import type { RunRequest } from './request.js';
import { startCommand } from './start.js';
import type { RunStart } from './start.js';
import { programVersion } from './version.js';

/** What the commands do; the frame around it only reads the command line. */
export interface Commands {
  readonly start: RunStart;
  readonly import: RunImport;
  readonly export: RunExport;
  readonly lists: RunLists;
  readonly demo: RunDemo;
  readonly decode: RunDecode;
  readonly request: RunRequest;
  readonly desktop: RunDesktop;
  readonly hashPassword: RunHashPassword;
}

export interface Output {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Usage errors throw instead of ending the process, and are followed by the usage line of their command. */
function framed(command: Command, { stdout, stderr }: Output): Command {
  const usage = `Usage: ${command.createHelp().commandUsage(command)}`;
  return command
    .exitOverride()
    .configureOutput({ writeOut: stdout, writeErr: stderr })
    .showHelpAfterError(usage);
}

function buildProgram(commands: Commands, output: Output): Command {
  const program: Command = new Command('ocm-gateway')
    .usage('<command> [options]')
    .description('A gateway for clients of an outbound contact server: campaign groups, their records and their agents.')
    .version(programVersion(), '--version', 'the version of the program')
    .helpCommand(false)
    .addHelpText('after', '\nocm-gateway <command> --help says more about a command.')
    .allowExcessArguments()
    .action((_options, { args: [name] }: Command) =>
      program.error(name === undefined ? 'error: missing command' : `error: unknown command '${name}'`),
    );
  const children = [
    startCommand(commands.start),
    importCommand(commands.import),
    exportCommand(commands.export),
    listsCommand(commands.lists),
    demoCommand(commands.demo),
    decodeCommand(commands.decode),
    requestCommand(commands.request),
    desktopCommand(commands.desktop),
    hashPasswordCommand(commands.hashPassword),
  ];
  for (const child of children) program.addCommand(child);
  for (const command of [program, ...children]) framed(command, output);
  return program;
}

/**
 * Runs one command line (without node and the script) and resolves with the exit status: 0; 1 for a
 * failure at run time, told in one line on stderr; 2 for a command line that cannot be understood.
 */
export async function runProgram(argv: readonly string[], commands: Commands, output: Output): Promise<number> {
  try {
    await buildProgram(commands, output).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // The message, help or version has been written by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const { exitCode, line } = describeFailure(error);
    output.stderr(`${line}\n`);
    return exitCode;
  }
}
