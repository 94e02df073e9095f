import { type Message, ocm1, type WireProfile } from '../../protocol/index.js';

/** The wire profile for one client, with an ear on every line that it opens: `onLine` is called with each, and answers who hears its messages. */
export function tapped(onLine: () => (message: Message) => void): WireProfile {
  let hear: ((message: Message) => void) | undefined;
  return {
    ...ocm1,
    splitter(limits, onFrame) {
      // a client makes one for each connection, when that is there
      hear = onLine();
      return ocm1.splitter(limits, onFrame);
    },
    decode(frame, dialect, limits) {
      const message = ocm1.decode(frame, dialect, limits);
      hear?.(message);
      return message;
    },
  };
}
