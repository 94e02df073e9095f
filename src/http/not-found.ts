import type { FastifyInstance } from 'fastify';
import { HttpFault } from './fault.js';

/** Refuses what is not served: a path with 404, a method that a path does not have with 405 and those it has. */
export function refuseUnknown(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const served = methods.get(url) ?? new Set();
    for (const one of [method].flat()) served.add(one);
    methods.set(url, served);
  });
  app.setNotFoundHandler(({ method, url }) => {
    const path = url.split('?', 1)[0] ?? '';
    const [, served] = [...methods].find(([pattern]) => matches(pattern, path)) ?? [];
    if (served === undefined) {
      throw new HttpFault('InvalidParameter', `there is no ${path.slice(0, 200)}; expected one of ${[...methods.keys()].join(', ')}`, { status: 404 });
    }
    const allow = [...served].toSorted().join(', ');
    throw new HttpFault('InvalidParameter', `found ${method}, expected ${allow}`, { status: 405, headers: { allow } });
  });
}

/** Whether a path is one of a route such as `/lists/:name/import`. */
function matches(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return wanted.length === found.length && wanted.every((part, index) => (part.startsWith(':') ? found[index] !== '' : part === found[index]));
}
