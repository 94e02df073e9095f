import { type ConnectionChange, connectDesktop, type DesktopClient } from '../../client/index.js';
import { clientFailure, connectOptions, passwordFrom, reached } from '../connect.js';
import type { DesktopOptions, RunDesktop } from '../desktop.js';
import { type DesktopWorld, Seat } from './seat.js';

/** The body of `desktop`: runs until its input ends, a signal comes, or the connection has ended for good (UserError). */
export function createDesktop(world: DesktopWorld): RunDesktop {
  return async (options) => {
    let seat: Seat | undefined;
    const client = await connect(options, world, (change) => seat?.connectionChanged(change));
    try {
      seat = new Seat(client, options, world);
      await seat.work();
    } finally {
      await client.close();
    }
  };
}

async function connect(options: DesktopOptions, world: DesktopWorld, onConnection: (change: ConnectionChange) => void): Promise<DesktopClient> {
  const password = passwordFrom(options.passwordEnv, world.env);
  const agentPassword = passwordFrom(options.agentPasswordEnv, world.env);
  const client = await reached(
    connectDesktop({
      ...connectOptions(options, 'tevents', world),
      applicationName: options.client,
      ...(password !== undefined && { password }),
      reconnect: true,
      onConnection,
    }),
  );
  try {
    await client.registerAddress(options.dn);
    await client.login(options.agent, agentPassword === undefined ? {} : { password: agentPassword });
    return client;
  } catch (error) {
    await client.close();
    throw clientFailure(error);
  }
}
