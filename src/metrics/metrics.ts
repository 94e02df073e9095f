import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { Durations } from './durations.js';
import { figuresOf } from './figures.js';
import type { Sources } from './sources.js';

/** What Node says of itself: one process has one of it, however many gateways run in it. */
let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** Everything that GET /metrics shows: what is told here, what is read from others when somebody looks, and what Node says. */
export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly durations: Durations;
  readonly #registry = new Registry();
  readonly #process = processRegistry();
  readonly #http: Histogram<'method' | 'route' | 'status'>;

  constructor() {
    this.durations = new Durations(this.#registry);
    this.#http = new Histogram({
      name: 'ocm_http_request_duration_seconds',
      help: 'From the head of an HTTP request to the end of its answer. The route is the pattern of its path, none where there is no such path.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [this.#registry],
    });
  }

  /** Reads these from now on. Called once. */
  watch(sources: Sources): void {
    figuresOf(this.#registry, sources);
  }

  /** An HTTP request was answered. `route` is undefined for a path that there is not. */
  answered({ method, route, status, ms }: { readonly method: string; readonly route: string | undefined; readonly status: number; readonly ms: number }): void {
    this.#http.observe({ method, route: route ?? 'none', status: String(status) }, ms / 1000);
  }

  /** Everything, in the text format of Prometheus. */
  async render(): Promise<string> {
    return (await this.#registry.metrics()) + (await this.#process.metrics());
  }
}
