/** What stands between the vault and the disk. Everything but keys of records passes through it. */
export interface Cipher {
  /** `label` names the record, so that a sealed value cannot be put in another's place. */
  seal(plain: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws when the value was not sealed with this key under this label. */
  open(sealed: Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Keeps everything readable: for demonstrations, until a tablet's key protects it. */
export const identityCipher: Cipher = {
  seal: (plain) => Promise.resolve(plain),
  open: (sealed) => Promise.resolve(sealed),
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Seals a value as JSON. */
export function sealJson(cipher: Cipher, value: unknown, label: string): Promise<Uint8Array<ArrayBuffer>> {
  return cipher.seal(encoder.encode(JSON.stringify(value)), label);
}

/** Opens what `sealJson` sealed. */
export async function openJson<T>(cipher: Cipher, sealed: Uint8Array<ArrayBuffer>, label: string): Promise<T> {
  return JSON.parse(decoder.decode(await cipher.open(sealed, label))) as T;
}
