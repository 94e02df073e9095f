import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { answerListen } from './answer-listen.js';
import { answers, now } from './peer.js';
import { TOPIC } from './mqtt.js';

/** aedes as it comes, with its store in memory: one publish of QoS 0 to whoever has subscribed. */
interface Broker {
  handle(socket: Socket): void;
  publish(packet: { readonly topic: string; readonly payload: Buffer; readonly qos: 0 }, done: (error?: Error) => void): void;
}

const require = createRequire(new URL('../../../bench/peers/package.json', import.meta.url));
const { Aedes } = (await import(pathToFileURL(require.resolve('aedes')).href)) as { Aedes: { createBroker(options: object): Promise<Broker> } };
const broker = await Aedes.createBroker({});
const server = createServer({ noDelay: true }, (socket) => broker.handle(socket));

answerListen(server);

answers('send', (base64: string): number => {
  const payload = Buffer.from(base64, 'base64');
  const at = now();
  broker.publish({ topic: TOPIC, payload, qos: 0 }, (error) => {
    if (error) throw error;
  });
  return at;
});
