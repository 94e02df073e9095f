import { ProtocolError } from '../../protocol/codec/errors.js';
import type { FrameLimits, FrameSplitter } from '../../protocol/profile/profile.js';
import type { FrameSource } from '../../src/net/inbox.js';

/** One frame of the toy format: u32 length, then the payload's UTF-8. */
export function lengthFrame(payload: string | Uint8Array): Buffer {
  const body = Buffer.from(payload);
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32BE(body.length);
  body.copy(frame, 4);
  return frame;
}

/** The payload of a toy frame. */
export function framePayload(frame: Uint8Array): string {
  return Buffer.from(frame.subarray(4)).toString();
}

/** Every whole frame in some bytes of the toy format. */
export function framePayloads(bytes: Uint8Array): string[] {
  const payloads: string[] = [];
  lengthSource.splitter({ frameBytes: 2 ** 31, listDepth: 1, entries: 1 }, (frame) => payloads.push(framePayload(frame))).push(bytes);
  return payloads;
}

/** The least that a wire profile can be: enough to test lines without any message. A length over the limit is malformed. */
export const lengthSource: FrameSource = {
  splitter(limits: FrameLimits, onFrame: (frame: Uint8Array) => void): FrameSplitter {
    let held = Buffer.alloc(0);
    let current = limits;
    return {
      push(chunk) {
        held = Buffer.concat([held, chunk]);
        while (held.length >= 4) {
          const length = held.readUInt32BE();
          if (length > current.frameBytes) throw new ProtocolError('FrameTooLong', 'frame too long', { offset: 0 });
          if (held.length < 4 + length) return;
          const frame = held.subarray(0, 4 + length);
          held = held.subarray(4 + length);
          onFrame(frame);
        }
      },
      get heldBytes() {
        return held.length;
      },
      setLimits(next) {
        current = next;
      },
    };
  },
};
