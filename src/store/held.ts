import { StoreAway } from './client.js';

/** Another process owns what is asked for; the message names it, and says what to do. */
export class StoreHeld extends StoreAway {
  /** The base of the holder's http listener, such as http://127.0.0.1:8098, where it has one. */
  readonly http: string | undefined;

  constructor(message: string, http: string | undefined) {
    super(message);
    this.name = 'StoreHeld';
    this.http = http;
  }
}
