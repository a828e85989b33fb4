/** What stands between the vault and the disk. Everything but keys of records passes through it. */
export interface Cipher {
  /** `label` names the record, so that a sealed value cannot be put in another's place. */
  seal(plain: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws when the value was not sealed with this key under this label. */
  open(sealed: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Keeps everything readable: for tests, and for the search of a profile that must find what it looks for. */
export const identityCipher: Cipher = {
  seal: (plain) => Promise.resolve(plain),
  open: (sealed) => Promise.resolve(sealed),
};

const VERSION = 1;
const IV = 12;
const HEAD = 1 + IV;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** AES-256-GCM: a version byte, a random 96-bit IV, the ciphertext with its tag. The label is additional data. */
export class AesCipher implements Cipher {
  readonly #key: CryptoKey;

  constructor(key: CryptoKey) {
    this.#key = key;
  }

  async seal(plain: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(IV));
    const sealed = await crypto.subtle.encrypt(parameters(iv, label), this.#key, plain);
    const record = new Uint8Array(HEAD + sealed.byteLength);
    record[0] = VERSION;
    record.set(iv, 1);
    record.set(new Uint8Array(sealed), HEAD);
    return record;
  }

  async open(sealed: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>> {
    if (sealed[0] !== VERSION) throw new DOMException(`sealed by version ${sealed[0] ?? 'none'}`, 'OperationError');
    const iv = sealed.subarray(1, HEAD);
    return new Uint8Array(await crypto.subtle.decrypt(parameters(iv, label), this.#key, sealed.subarray(HEAD)));
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, label: string): AesGcmParams {
  const head = encoder.encode(`${VERSION}\n${label}`);
  return { name: 'AES-GCM', iv, additionalData: head, tagLength: 128 };
}

/** A key for `AesCipher` that cannot be read out again. `raw`: 32 bytes. */
export function importKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** Seals a value as JSON. */
export function sealJson(cipher: Cipher, value: unknown, label: string): Promise<Uint8Array<ArrayBuffer>> {
  return cipher.seal(encoder.encode(JSON.stringify(value)), label);
}

/** Opens what `sealJson` sealed. */
export async function openJson<T>(cipher: Cipher, sealed: Uint8Array<ArrayBuffer>, label: string): Promise<T> {
  return JSON.parse(decoder.decode(await cipher.open(sealed, label))) as T;
}
