import type { Socket } from 'node:net';

/** Gives every connection a number when it first asks for one: the trace tells connections apart by it. */
export function connectionNumbers(next: () => number): (socket: Socket) => number {
  const numbers = new WeakMap<Socket, number>();
  return (socket) => {
    const number = numbers.get(socket) ?? next();
    numbers.set(socket, number);
    return number;
  };
}
