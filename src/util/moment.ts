/** Something that others wait for: `came` resolves when `come` is called, however often. */
export class Moment {
  come!: () => void;
  readonly came = new Promise<void>((resolve) => (this.come = resolve));
}
