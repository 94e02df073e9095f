import { createServer, type Socket } from 'node:net';
import { answerListen } from './answer-listen.js';
import { answers, now } from './peer.js';

/** The least there is: a loop that writes the same bytes to every socket. */
const sockets = new Set<Socket>();

const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  socket.resume();
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
});

answerListen(server);

answers('send', (base64: string): number => {
  const bytes = Buffer.from(base64, 'base64');
  const at = now();
  for (const socket of sockets) socket.write(bytes);
  return at;
});
