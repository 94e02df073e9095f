import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { httpUrl } from '../../src/app/http-listener.js';
import { ListenError } from '../../src/net/listener.js';
import { directoryOf } from '../support/engine.js';
import { startApp, type TestApp } from '../support/app.js';
import { rejection } from '../client/support.js';

describe('a whole gateway', () => {
  let app: TestApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it('is healthy once it has started, and says where its http listener is', async () => {
    const url = httpUrl({ host: '127.0.0.1' }, app.ports.http);
    const answer = await fetch(`${url}/health`);
    expect([answer.status, await answer.json()]).to.deep.equal([200, { status: 'ok' }]);
    const holder = JSON.parse(readFileSync(join(directoryOf(app.deployment), 'holder.json'), 'utf8')) as unknown;
    expect(holder).to.deep.include({ pid: process.pid, http: url });
  });

  it('does not start where its http port is taken', async () => {
    const taken = await rejection(startApp({ OCM_LISTENERS_HTTP_PORT: String(app.ports.http) }), ListenError);
    expect(taken).to.include({ code: 'EADDRINUSE' });
    expect(taken.message).to.include(`cannot listen on 127.0.0.1:${app.ports.http}: another program has the port`);
  });

  it('names an address that can be reached where it listens on all of them', () => {
    expect(httpUrl({ host: '0.0.0.0' }, 80)).to.equal('http://127.0.0.1:80');
    expect(httpUrl({ host: '::' }, 80)).to.equal('http://[::1]:80');
    expect(httpUrl({ host: '::1' }, 80)).to.equal('http://[::1]:80');
  });
});
