import { Counter, Gauge, type Registry } from 'prom-client';

export interface ReadMetric<Label extends string> {
  /** With its unit, as Prometheus wants it; a counter's ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Its values at this moment. */
  readonly read: () => Iterable<readonly [value: number, labels: Readonly<Record<Label, string>>]>;
}

/** A figure that goes up and down and is kept elsewhere: read when somebody looks. */
export function readGauge<Label extends string>(registry: Registry, { name, help, labels, read }: ReadMetric<Label>): void {
  const gauge = new Gauge<Label>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const [value, of] of read()) gauge.set(of, value);
    },
  });
}

/** A figure that only grows and is kept elsewhere: read when somebody looks. */
export function readCounter<Label extends string>(registry: Registry, { name, help, labels, read }: ReadMetric<Label>): void {
  const counter = new Counter<Label>({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [value, of] of read()) counter.inc(of, value);
    },
  });
}
