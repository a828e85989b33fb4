import type { DataKey } from '$lib/vault';
import type { LockReason } from './lock-types';

/** Who may open the live session by a PIN: login and a salted digest. Kept in memory, nowhere else. */
export type Pins = ReadonlyMap<string, string>;

/** What an open tab gives to another one. */
export interface OpenTab {
  key: DataKey;
  staff: string;
  pins: Pins;
}

/** What tabs tell one another of the lock. */
export type LockNews =
  | { about: 'ask' }
  | ({ about: 'opened' } & OpenTab)
  | { about: 'locked'; reason: LockReason }
  | { about: 'pins'; pins: Pins }
  /** Slots, terms or wiped: what lies on the disk is to be read again. */
  | { about: 'changed' }
  | { about: 'wiped' };

/** The channel on which the tabs of a tablet share key and lock. Only scripts of this origin hear it. */
export class TabLock {
  readonly #channel: BroadcastChannel;

  constructor(name: string, onNews: (news: LockNews) => void) {
    this.#channel = new BroadcastChannel(`${name}:lock`);
    this.#channel.onmessage = ({ data }: MessageEvent<LockNews>) => onNews(data);
  }

  say(news: LockNews): void {
    this.#channel.postMessage(news);
  }

  close(): void {
    this.#channel.close();
  }
}

/** A PIN as it is kept: four to eight digits are guessed in no time once the memory is read, which holds the key too. */
export async function digestOf(staff: string, pin: string): Promise<string> {
  const bytes = new TextEncoder().encode(`dangol pin\n${staff}\n${pin}`);
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16)).join('.');
}
