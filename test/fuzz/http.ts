import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from '../support/gateway.js';
import { changeBytes } from './bytes.js';
import type { Dice } from './dice.js';
import { Finding } from './fuzz-line.js';
import { anyText } from './values.js';

const PATIENCE_MS = 20_000;
const PATHS = [
  'POST /ocs/v3/servers/156/get-campaign-status', 'POST /ocs/v3/servers/156/load-campaign', 'POST /ocs/v3/servers/156/set-dialing-mode', 'POST /campaigngroups/1001?req=CampaignStatusRequest',
  'POST /campaigngroups/1002?req=SetDialingMode', 'GET /campaigngroups', 'GET /campaigngroups/1001', 'GET /health', 'GET /nosuch', 'DELETE /lists', 'GET /lists/Spring/export', 'POST /lists/reclaim?appId=7',
] as const;
const HEADERS = ['Transfer-Encoding: chunked', 'Content-Length: 5', 'Content-Length: -1', 'Connection: close', 'Connection: upgrade', 'Upgrade: websocket', 'Expect: 100-continue', 'Host: evil.example', 'Origin: null', 'Authorization: Basic =', `X: ${'x'.repeat(9000)}`, ' folded', 'X\0: y'] as const;

/** A request over HTTP/1.1 with a body of JSON, as it should be or not. */
function anyHttp(dice: Dice): Buffer {
  const body = anyBody(dice);
  const lines = [`${dice.one(PATHS)} HTTP/1.${dice.oneIn(20) ? dice.below(9) : 1}`, 'Host: localhost', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  while (dice.oneIn(4)) lines.splice(1 + dice.below(lines.length), dice.below(2), dice.one(HEADERS));
  return Buffer.from(`${lines.join(dice.oneIn(30) ? '\n' : '\r\n')}\r\n\r\n${body}`);
}

function anyBody(dice: Dice): string {
  const value = (): unknown => dice.one([1001, 101, 0, -1, 1.5, null, true, [], {}, anyText(dice), { key: anyText(dice), value: anyText(dice) }, [{ key: 'GSW_AUTO_COMPLETION', value: dice.below(3) }]] as const);
  switch (dice.below(8)) {
    case 0:
      return anyText(dice);
    case 1:
      return '['.repeat(dice.below(3000));
    case 2:
      return JSON.stringify(value());
    case 3:
      return `{"data":{"sessionId":1001,"sessionId":${'9'.repeat(dice.below(400))}}}`;
    default:
      return JSON.stringify({ data: { sessionId: value(), [dice.one(['campaignId', 'groupId', 'dialMode', 'requestProperties', '__proto__', 'x'] as const)]: value() }, GSW_AUTO_COMPLETION: value() });
  }
}

/** Sends a few requests, ends the stream, and waits for the end: every answer is one of HTTP, and none says that the gateway failed. Answers how many were sent. */
export async function playHttp(port: number, from: string, dice: Dice): Promise<number> {
  const requests = Array.from({ length: 1 + dice.below(6) }, () => (dice.oneIn(3) ? changeBytes(dice, anyHttp(dice), anyHttp(dice)).subarray(dice.below(5)) : anyHttp(dice)));
  const bytes = Buffer.concat(requests);
  const socket = connect({ host: HOST, port, localAddress: from, allowHalfOpen: true });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => undefined);
  const closed = once(socket, 'end').catch(() => undefined);
  const gone = once(socket, 'close').catch(() => undefined);
  let isLate = false;
  const timer = systemClock.after(PATIENCE_MS, () => {
    isLate = true;
    socket.destroy();
  }, { keepAlive: true });
  socket.end(bytes);
  await Promise.race([closed, gone]);
  timer.cancel();
  socket.destroy();
  const said = Buffer.concat(heard).toString('latin1');
  if (isLate) throw new Finding(`HTTP: no end within ${PATIENCE_MS / 1000} s`, 'HTTP', bytes);
  if (said !== '' && !said.startsWith('HTTP/1.1 ')) throw new Finding('HTTP: the answer is none', 'HTTP', bytes);
  if (/(?:^|[}\n])HTTP\/1\.1 500 /.test(said)) throw new Finding('HTTP: the gateway failed', 'HTTP', bytes);
  return requests.length;
}
