/**
 * Codecs of others over the same twelve pairs: `makeCodecs(pairs)`, a pair being a key and a text or a 32-bit number.
 * Each has `bytes`, what it reads as one message; `decode(bytes)`, which answers the keys and values that it found, and
 * `reads`, what these have to be; `encode()`, which answers bytes.
 */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { generate, parser as mqttParser } from 'mqtt-packet';
import { serialize } from 'pg-protocol';
import { Parser } from 'pg-protocol/dist/parser.js';

/** A QoS 0 publication without payload; numbers are text, since user properties are. */
function mqtt(pairs) {
  const version = { protocolVersion: 5 };
  const userProperties = Object.fromEntries(pairs.map(([key, value]) => [key, String(value)]));
  const packet = { cmd: 'publish', topic: 'desktop/7001', payload: '', qos: 0, dup: false, retain: false, properties: { userProperties } };
  const parser = mqttParser(version);
  let read;
  parser.on('packet', (found) => (read = found));
  parser.on('error', (error) => {
    throw error;
  });
  return {
    name: 'mqtt-packet 9, v5 publish',
    bytes: generate(packet, version),
    decode(bytes) {
      parser.parse(bytes);
      return read.properties.userProperties;
    },
    reads: userProperties,
    encode: () => generate(packet, version),
  };
}

/** Values without keys, as text: a row that is read, a Bind that is written. */
function postgres(pairs) {
  const values = pairs.map(([, value]) => String(value));
  const fields = values.map((value) => {
    const text = Buffer.from(value);
    const field = Buffer.alloc(4 + text.length);
    field.writeInt32BE(text.length);
    text.copy(field, 4);
    return field;
  });
  const body = Buffer.concat(fields);
  const head = Buffer.alloc(7);
  head.write('D');
  head.writeInt32BE(6 + body.length, 1);
  head.writeInt16BE(values.length, 5);
  const parser = new Parser();
  let read;
  const onMessage = (message) => (read = message);
  return {
    name: 'pg-protocol 1, DataRow and Bind',
    bytes: Buffer.concat([head, body]),
    decode(bytes) {
      parser.parse(bytes, onMessage);
      return read.fields;
    },
    reads: values,
    encode: () => serialize.bind({ statement: 'insert', values }),
  };
}

/** Keys and values behind a size, no tags: the reader knows which values are numbers, as a protocol's schema would say. */
function kafka(pairs) {
  const numbers = pairs.map(([, value]) => typeof value === 'number');
  const encode = () => {
    const list = new Encoder().writeInt32(pairs.length);
    for (const [key, value] of pairs) {
      list.writeString(key);
      if (typeof value === 'number') list.writeInt32(value);
      else list.writeString(value);
    }
    return new Encoder().writeInt32(list.size()).writeEncoder(list).buffer;
  };
  return {
    name: 'kafkajs 2, Decoder and Encoder',
    bytes: encode(),
    decode(bytes) {
      const decoder = new Decoder(bytes);
      decoder.readInt32();
      const count = decoder.readInt32();
      const found = [];
      for (let index = 0; index < count; index += 1) {
        const key = decoder.readString();
        found.push({ key, value: numbers[index] ? decoder.readInt32() : decoder.readString() });
      }
      return found;
    },
    reads: pairs.map(([key, value]) => ({ key, value })),
    encode,
  };
}

export function makeCodecs(pairs) {
  return [mqtt(pairs), postgres(pairs), kafka(pairs)];
}
