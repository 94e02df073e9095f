import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { fakeHttp } from './support.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>> }>>;
}

interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly security?: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const BOSS = { name: 'boss', password: 'b', roles: ['supervisor'] };
const CLIENTS = [BOSS];
const TOKEN = 'a-token-of-the-monitor';

async function description(clients?: readonly object[], credentials = `Basic ${btoa('boss:b')}`): Promise<Description> {
  const { get } = fakeHttp((config) => {
    if (clients !== undefined) config['clients'] = clients;
  });
  const answer = await get('/openapi.json', clients === undefined ? {} : { authorization: credentials });
  expect(answer.statusCode, answer.body).to.equal(200);
  expect(answer.headers['content-type']).to.match(/^application\/json/);
  return answer.json<Description>();
}

describe('http/openapi', () => {
  it('is OpenAPI 3.1 as its schema has it', async () => {
    for (const clients of [undefined, CLIENTS]) {
      const said = await description(clients);
      expect(said.openapi).to.equal('3.1.0');
      expect(said.info.version).to.equal('1.2.3');
      const { valid, errors } = await new Validator().validate(structuredClone(said) as object as Record<string, unknown>);
      expect(errors ?? []).to.deep.equal([]);
      expect(valid).to.equal(true);
    }
  });

  it('has every route that there is', async () => {
    const { get } = fakeHttp();
    const { status } = (await get('/nosuch')).json<{ status: { message: string } }>();
    const served = (/expected one of (.*)$/.exec(status.message)?.[1] ?? '').split(', ').map((path) => path.replaceAll(/:(\w+)/g, '{$1}'));
    expect(served).to.include('/openapi.json');
    expect(Object.keys((await description()).paths)).to.have.members(served);
  });

  it('says of each its name, its parameters, its answers and its refusals', async () => {
    const { paths } = await description();
    const operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).to.equal(operations.length);
    for (const { path, method, operation } of operations) {
      const what = `${method} ${path}`;
      expect(operation.summary, what).to.have.lengthOf.greaterThan(10);
      const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      expect(operation.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? [], what).to.have.members(inPath);
      const expected = path === '/health' ? ['200', '503'] : ['200', '4XX', '5XX'];
      expect(Object.keys(operation.responses), what).to.include.members(expected);
      for (const [status, { content }] of Object.entries(operation.responses)) expect(content, `${what} ${status}`).to.be.an('object');
    }
    const of = (path: string, method: string): Operation | undefined => paths[path]?.[method];
    expect(Object.keys(of('/lists/{name}/import', 'post')?.requestBody?.content ?? {})).to.deep.equal(['text/csv']);
    expect(Object.keys(of('/lists/{name}/export', 'get')?.responses['200']?.content ?? {})).to.deep.equal(['text/csv']);
    expect(Object.keys(of('/metrics', 'get')?.responses['200']?.content ?? {})).to.deep.equal(['text/plain']);
    expect(of('/lists', 'get')?.parameters?.map(({ name }) => name)).to.deep.equal(['name']);
    expect(of('/campaigngroups/{dbid}', 'get')?.responses['200']?.content['application/json']?.schema.properties).to.include.keys('state', 'records', 'why');
    expect(of('/campaigngroups/{dbid}', 'post')?.requestBody?.content['application/json']?.schema).to.have.nested.property('properties.GSW_AUTO_COMPLETION');
  });

  it('says that a body is required where a request without one is refused, and only there', async () => {
    const { paths } = await description();
    const required = Object.entries(paths).flatMap(([path, { post }]) => (post?.requestBody === undefined ? [] : [[path, post.requestBody.required]]));
    expect(Object.fromEntries(required)).to.deep.equal({
      '/ocs/v3/servers/{dbid}/{request}': true,
      '/campaigngroups/{dbid}': false,
      '/lists/{name}/import': true,
    });
  });

  it('names the ways in that clients have: passwords, tokens, or both', async () => {
    const token = { name: 'eye', token: TOKEN, roles: ['monitor'] };
    expect((await description([BOSS, token])).security).to.deep.equal([{ basic: [] }, { bearer: [] }]);
    expect((await description([{ ...BOSS, token: TOKEN }])).security).to.deep.equal([{ basic: [] }, { bearer: [] }]);
    expect((await description([token], `Bearer ${TOKEN}`)).security).to.deep.equal([{ bearer: [] }]);
    expect((await description([token, { name: 'open', roles: ['monitor'] }], `Bearer ${TOKEN}`)).security, 'a client without either').to.deep.equal([{ basic: [] }, { bearer: [] }]);
    const { valid, errors } = await new Validator().validate(structuredClone(await description([BOSS, token])) as object as Record<string, unknown>);
    expect([valid, errors ?? []]).to.deep.equal([true, []]);
  });

  it('asks for credentials where clients are configured, but not for health', async () => {
    expect((await description()).security).to.equal(undefined);
    const said = await description(CLIENTS);
    expect(said.security).to.deep.equal([{ basic: [] }]);
    expect(said.paths['/health']?.['get']?.security).to.deep.equal([]);
    const { get } = fakeHttp((config) => (config['clients'] = CLIENTS));
    for (const path of ['/openapi.json', '/metrics']) expect((await get(path)).statusCode, path).to.equal(401);
  });
});
