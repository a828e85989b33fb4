// What waits to be sent, sealed to the server's key: the tablet can make such an item and cannot open it again.
import { fromBase64Url, toBase64Url } from './bytes';

/** The server's public key: P-256, as it comes with its terms. */
export interface SealingKey {
  kid: string;
  jwk: JsonWebKey;
}

/** As POST /sync/sealed takes it. All but `id` and `kid` are base64url without padding. */
export interface SealedItem {
  id: string;
  kid: string;
  /** Raw point of the ephemeral key. */
  epk: string;
  iv: string;
  ct: string;
}

/** As it lies on the tablet. `background`: no person's work, which nobody counts; the server is not told. */
export type KeptItem = SealedItem & { background?: true };

const INFO = new TextEncoder().encode('dangol sealed outbox 1');
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

/** Seals items to one key of the server. */
export class Sealer {
  readonly kid: string;
  readonly #key: CryptoKey;
  readonly #point: Uint8Array<ArrayBuffer>;

  private constructor(kid: string, key: CryptoKey, point: Uint8Array<ArrayBuffer>) {
    this.kid = kid;
    this.#key = key;
    this.#point = point;
  }

  /** Throws when the key is no P-256 public key. */
  static async of({ kid, jwk }: SealingKey): Promise<Sealer> {
    const { kty, crv, x, y } = jwk;
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y } as JsonWebKey, CURVE, true, []);
    return new Sealer(kid, key, new Uint8Array(await crypto.subtle.exportKey('raw', key)));
  }

  /** Seals a mutation, JSON, under its id. */
  async seal(id: string, mutation: unknown): Promise<SealedItem> {
    const own = (await crypto.subtle.generateKey(CURVE, false, ['deriveBits']));
    const epk = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: this.#key }, own.privateKey, 256);
    const key = await itemKey(shared, epk, this.#point);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const encoder = new TextEncoder();
    const ct = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: encoder.encode(id) },
      key,
      encoder.encode(JSON.stringify(mutation)),
    );
    return { id, kid: this.kid, epk: toBase64Url(epk), iv: toBase64Url(iv), ct: toBase64Url(new Uint8Array(ct)) };
  }
}

async function itemKey(shared: ArrayBuffer, epk: Uint8Array<ArrayBuffer>, server: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const salt = new Uint8Array([...epk, ...server]);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info: INFO };
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** What the server does with an item: for tests and for checking the contract's vector. */
export async function openSealed(item: SealedItem, privateJwk: JsonWebKey): Promise<unknown> {
  const { x, y, crv, kty } = privateJwk;
  const own = await crypto.subtle.importKey('jwk', { ...privateJwk, key_ops: ['deriveBits'] }, CURVE, false, ['deriveBits']);
  const pub = await crypto.subtle.importKey('jwk', { x, y, crv, kty } as JsonWebKey, CURVE, true, []);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pub));
  const epk = fromBase64Url(item.epk);
  const theirs = await crypto.subtle.importKey('raw', epk, CURVE, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own, 256);
  const additionalData = new TextEncoder().encode(item.id);
  const parameters = { name: 'AES-GCM', iv: fromBase64Url(item.iv), additionalData };
  const plain = await crypto.subtle.decrypt(parameters, await itemKey(shared, epk, point), fromBase64Url(item.ct));
  return JSON.parse(new TextDecoder().decode(plain)) as unknown;
}
