/** As much of MQTT 3.1.1 as a subscriber needs that only counts what comes. */
export const TOPIC = 'fan';

/** CONNACK and SUBACK are as long as this. */
export const CONNACK_BYTES = 4;
export const SUBACK_BYTES = 5;

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};

const packet = (type: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([type, body.length]), body]);

/** A clean session without keep-alive. */
export function connectPacket(clientId: string): Buffer {
  return packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 0x02, 0, 0]), text(clientId)]));
}

export function subscribePacket(): Buffer {
  return packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(TOPIC), Buffer.from([0])]));
}

/** Bytes of a PUBLISH of QoS 0: its type, its length as a varint, the topic, and what it carries. */
export function publishBytes(payloadBytes: number): number {
  const body = 2 + TOPIC.length + payloadBytes;
  return 1 + Math.max(1, Math.ceil(Math.log2(body + 1) / 7)) + body;
}
