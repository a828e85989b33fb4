/**
 * Passkeys as keys: WebAuthn's PRF extension gives the same 32 bytes for the same passkey and salt, and they wrap the data
 * key. Without the server: nothing is verified here but what the bytes open.
 */

/** What a passkey gave; `prf` is 32 bytes, the rest base64url. */
export interface PasskeyAnswer {
  readonly credential: string;
  readonly salt: string;
  readonly prf: ArrayBuffer;
}

/** Why no passkey was used: `cancelled` by the person or the browser, `unsupported` by the authenticator. */
export class PasskeyProblem extends Error {
  override readonly name = 'PasskeyProblem';
  readonly code: 'cancelled' | 'unsupported';

  constructor(code: 'cancelled' | 'unsupported') {
    super(code);
    this.code = code;
  }
}

interface PrfResults {
  prf?: { enabled?: boolean; results?: { first?: ArrayBuffer } };
}

interface WithCapabilities {
  getClientCapabilities?: () => Promise<Record<string, boolean>>;
  isUserVerifyingPlatformAuthenticatorAvailable?: () => Promise<boolean>;
}

/** Whether this browser can make such a passkey. Where it does not say, a platform authenticator is taken for a yes. */
export async function passkeysWork(): Promise<boolean> {
  const kind = (globalThis as { PublicKeyCredential?: WithCapabilities }).PublicKeyCredential;
  // A passkey belongs to a name: an address of figures has none.
  if (kind === undefined || /^[\d.]+$|:/.test(location.hostname)) return false;
  try {
    const said = (await kind.getClientCapabilities?.())?.['extension:prf'];
    return said !== false && (await kind.isUserVerifyingPlatformAuthenticatorAvailable?.()) === true;
  } catch {
    return false;
  }
}

/** Makes a passkey for a member of staff and asks it for its bytes. @throws PasskeyProblem */
export async function makePasskey(staff: { login: string; name: string }): Promise<PasskeyAnswer> {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const made = await ask(() => navigator.credentials.create({
    publicKey: {
      rp: { name: 'Dangol' },
      // Random, so that the authenticator's list does not tell whose tablet this is.
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: staff.login, displayName: staff.name },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }, { type: 'public-key', alg: -257 }],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      extensions: { prf: { eval: { first: salt } } },
    },
  }));
  const credential = toBase64Url(new Uint8Array(made.rawId));
  const results = made.getClientExtensionResults() as PrfResults;
  if (results.prf?.enabled !== true && results.prf?.results === undefined) throw new PasskeyProblem('unsupported');
  const given = { credential, salt: toBase64Url(salt) };
  // Some authenticators answer only when they are asked again.
  return { ...given, prf: results.prf.results?.first ?? (await askPasskey(given)) };
}

/** The bytes of a passkey that was made here. @throws PasskeyProblem */
export async function askPasskey(of: { credential: string; salt: string }): Promise<ArrayBuffer> {
  const got = await ask(() => navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: 'public-key', id: fromBase64Url(of.credential) }],
      userVerification: 'required',
      extensions: { prf: { eval: { first: fromBase64Url(of.salt) } } },
    },
  }));
  const first = (got.getClientExtensionResults() as PrfResults).prf?.results?.first;
  if (first === undefined) throw new PasskeyProblem('unsupported');
  return first;
}

async function ask(question: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let answer: Credential | null;
  try {
    answer = await question();
  } catch (problem) {
    throw new PasskeyProblem(problem instanceof DOMException && problem.name === 'NotSupportedError' ? 'unsupported' : 'cancelled');
  }
  if (answer === null) throw new PasskeyProblem('cancelled');
  return answer as PublicKeyCredential;
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
