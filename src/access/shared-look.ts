/** One look at a secret for all who have given the same. When all of them have gone it need not go on. */
export class SharedLook<T> {
  readonly #gone = new AbortController();
  readonly #answer: Promise<T>;
  #here = 0;

  /** `look` is called at once. */
  constructor(look: (allGone: AbortSignal) => Promise<T>) {
    this.#answer = look(this.#gone.signal);
  }

  /** The answer, for one more; who says nothing of going stays. */
  async join(gone: AbortSignal | undefined): Promise<T> {
    this.#here += 1;
    const leave = (): void => {
      this.#here -= 1;
      if (this.#here === 0) this.#gone.abort();
    };
    if (gone?.aborted === true) leave();
    else gone?.addEventListener('abort', leave, { once: true });
    try {
      return await this.#answer;
    } finally {
      gone?.removeEventListener('abort', leave);
    }
  }
}
