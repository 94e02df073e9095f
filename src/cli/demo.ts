import { Command } from 'commander';

export type RunDemo = () => Promise<void>;

/** `ocm-gateway demo` */
export function demoCommand(run: RunDemo): Command {
  return new Command('demo')
    .summary('see a campaign complete by itself, in under half a minute')
    .description(
      'Starts a gateway of its own on an empty embedded store, loads records, has a simulated switch call them in Progress for the ' +
        'desktops of three agents, and shows how the campaign group stops and unloads by itself after the last one. Nothing has to be set up.',
    )
    .addHelpText('after', '\nExample:\n  ocm-gateway demo\n\nExit status: 0 when everything happened as it should, 1 when not.')
    .action(() => run());
}
