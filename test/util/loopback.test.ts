import { expect } from 'chai';
import { reachableHost } from '../../src/util/loopback.js';

describe('util/loopback', () => {
  it('finds a listener on every address by the loopback one, and any other as it is named', () => {
    const hosts = ['0.0.0.0', '::', '127.0.0.1', '::1', '10.0.0.1', 'gateway.example'];
    expect(hosts.map(reachableHost)).to.deep.equal(['127.0.0.1', '::1', '127.0.0.1', '::1', '10.0.0.1', 'gateway.example']);
  });
});
