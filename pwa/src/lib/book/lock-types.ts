// What the screens know of the tablet's lock. Plain data that crosses from the worker to the main thread.

/** A way for one member of staff to open this tablet: the data key, wrapped by a password or by a passkey. */
export interface Slot {
  id: string;
  /** Login. */
  staff: string;
  name: string;
  method: 'password' | 'passkey';
  /** RFC 3339. */
  madeAt: string;
  /** The passkey's id, base64url; of passkeys only. */
  credential?: string;
  /** What the passkey's PRF is asked for, base64url; of passkeys only. */
  salt?: string;
}

/**
 * Why the tablet is locked. `lease`: the server has not been reached for too long; it opens again when the server
 * answers, not by a password alone.
 */
export type LockReason = 'start' | 'asked' | 'idle' | 'lease';

/** Why the tablet's copy was destroyed. What waited to be sent stays, sealed to the server's key. */
export type WipeReason = 'revoked' | 'limit' | 'tries' | 'asked';

export interface LockState {
  /**
   * `unknown` until the store has been looked into; `new`: nobody has a key yet; `locked`: nothing is read or recorded;
   * `wiped`: as `new`, and `wiped` says what happened.
   */
  phase: 'unknown' | 'new' | 'locked' | 'open' | 'wiped';
  /** Why it is locked; null in any other phase. */
  reason: LockReason | null;
  /** `sealed`: entries of people's work that still wait to be sent. */
  wiped: { reason: WipeReason; at: string; sealed: number } | null;
  slots: Slot[];
  /** Login of who is at it while it is open. */
  staff: string | null;
  /** Logins of those whose PIN opens the live session: its key is still in memory. */
  pinFor: string[];
  /** Wrong tries left, of ten, before the tablet wipes itself. */
  triesLeft: number;
  /** When the tablet locks, and when it wipes itself, without word from the server. RFC 3339. */
  leaseEnds: string | null;
  wipesAt: string | null;
  /** Minutes without a touch after which the screens should call `lockNow('idle')`. */
  autoLockMinutes: number;
}

/** Who is to have a key, and what wraps it. A password has at least twelve characters. */
export type NewSlot =
  | { staff: string; name: string; password: string }
  | { staff: string; name: string; passkey: { credential: string; salt: string; prf: ArrayBuffer } };

/** What is tried: a slot's password or passkey, or the PIN of a live session. */
export type Unlocking = { slot: string; password: string } | { slot: string; prf: ArrayBuffer } | { staff: string; pin: string };

/** `wiped`: that was the tenth wrong try in a row. */
export type Unlocked = { ok: true; staff: string } | { ok: false; triesLeft: number; wiped: boolean };
