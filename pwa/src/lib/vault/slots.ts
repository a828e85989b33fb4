// Key slots: the data key, wrapped once for each way to open the tablet.
import { AesCipher, importKey } from './cipher';
import type { PasswordCost, PasswordHash } from './argon';
import { fromBase64Url } from './bytes';

/** The key of everything on the tablet. `readable`: made by a measuring page that keeps things readable (README). */
export interface DataKey {
  key: CryptoKey;
  readable: boolean;
}

interface SlotHead {
  id: string;
  staff: string;
  name: string;
  /** RFC 3339. */
  madeAt: string;
  /** The data key's secret, sealed by what the password or the passkey gives. */
  wrapped: Uint8Array<ArrayBuffer>;
}

export type SlotRecord = SlotHead &
  (
    | { method: 'password'; passwordSalt: Uint8Array<ArrayBuffer>; cost: PasswordCost }
    | { method: 'passkey'; credential: string; salt: string }
  );

/** What somebody brings to a slot. `prf`: 32 bytes that the passkey made of the slot's salt. */
export type Secret = { password: string } | { prf: ArrayBuffer };

export interface Owner {
  id: string;
  staff: string;
  name: string;
  madeAt: string;
}

export const SECRET_LENGTH = 33;
const READABLE = 1;

/** A new data key as the bytes that slots wrap: its mode, then 256 random bits. Whoever asks overwrites them after use. */
export function newSecret(readable: boolean): Uint8Array<ArrayBuffer> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH));
  // Inside the wrapping, so that nobody who can write to the disk can make a tablet go on unencrypted.
  secret[0] = readable ? READABLE : 0;
  return secret;
}

export async function dataKeyOf(secret: Uint8Array<ArrayBuffer>): Promise<DataKey> {
  return { key: await importKey(secret.subarray(1)), readable: secret[0] === READABLE };
}

export async function passwordSlot(
  owner: Owner,
  password: string,
  secret: Uint8Array<ArrayBuffer>,
  hash: PasswordHash,
): Promise<SlotRecord> {
  const passwordSalt = crypto.getRandomValues(new Uint8Array(16));
  const cost = await hash.calibrate();
  const wrapping = await importKey(await hash.derive(password, passwordSalt, cost));
  const wrapped = await new AesCipher(wrapping).seal(secret, labelOf(owner.id));
  return { ...owner, method: 'password', passwordSalt, cost, wrapped };
}

export async function passkeySlot(
  owner: Owner,
  passkey: { credential: string; salt: string; prf: ArrayBuffer },
  secret: Uint8Array<ArrayBuffer>,
): Promise<SlotRecord> {
  const { credential, salt, prf } = passkey;
  const wrapped = await new AesCipher(await wrappingKey(prf, salt)).seal(secret, labelOf(owner.id));
  return { ...owner, method: 'passkey', credential, salt, wrapped };
}

/** The data key's bytes, or null when password or passkey are not the slot's. */
export async function openSlot(slot: SlotRecord, secret: Secret, hash: PasswordHash): Promise<Uint8Array<ArrayBuffer> | null> {
  const wrapping = await wrappingOf(slot, secret, hash);
  if (wrapping === null) return null;
  try {
    return await new AesCipher(wrapping).open(slot.wrapped, labelOf(slot.id));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return null;
    throw error;
  }
}

async function wrappingOf(slot: SlotRecord, secret: Secret, hash: PasswordHash): Promise<CryptoKey | null> {
  if (slot.method === 'password' && 'password' in secret) {
    return importKey(await hash.derive(secret.password, slot.passwordSalt, slot.cost));
  }
  if (slot.method === 'passkey' && 'prf' in secret) return wrappingKey(secret.prf, slot.salt);
  return null;
}

/** HKDF-SHA256 of what the passkey gave: PRF output is a secret, not yet a key for one purpose. */
async function wrappingKey(prf: ArrayBuffer, salt: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', prf, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode('dangol slot 1');
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: fromBase64Url(salt), info }, material, 256);
  return importKey(new Uint8Array(bits));
}

const labelOf = (id: string) => `slot:${id}`;
