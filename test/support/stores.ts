import { type OpenTestStore, openTestStore, STORE_KINDS, type StoreKind } from './engine.js';

/** The same tests on every store: a `describe` for each, with how a store of that kind is opened. */
export function describeOnStores(title: string, tests: (open: () => ReturnType<OpenTestStore>, kind: StoreKind) => void): void {
  for (const kind of STORE_KINDS) {
    describe(`${title} (${kind})`, () => tests(() => openTestStore(kind), kind));
  }
}
