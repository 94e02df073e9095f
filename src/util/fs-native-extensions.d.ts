/** The package ships no types; these are the calls we make. */
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on the whole open file; false where another open file has it. */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
