import type { SyncServer } from '$lib/api/sync';
import type { PasswordHash } from '$lib/vault';
import type { Pace } from './loop';
import type { Listener } from './status';

export interface GuardParts {
  server: SyncServer;
  listener: Listener;
  hash: PasswordHash;
  /** Name of the database, the locks and the channels between tabs. */
  name?: string;
  /** Name of the database of version 1. */
  legacy?: string;
  pace?: Pace;
}

/** What the main thread knows and the worker cannot. */
export interface Hints {
  /** A book was on this tablet once. */
  hadBook: boolean;
  /** A measuring page asks for a readable store; heard in demonstrations alone. */
  readable: boolean;
}
