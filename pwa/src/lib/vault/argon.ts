/** Cost of a password, kept beside what it wraps. `memory` in KiB. */
export interface PasswordCost {
  memory: number;
  passes: number;
  lanes: number;
}

/** Turns passwords into 32 bytes at a chosen cost. */
export interface PasswordHash {
  /** A cost that takes this machine about half a second, and never less than the floor. */
  calibrate(): Promise<PasswordCost>;
  derive(password: string, salt: Uint8Array<ArrayBuffer>, cost: PasswordCost): Promise<Uint8Array<ArrayBuffer>>;
}

/** What OWASP asks of Argon2id at the least: 19 MiB, two passes. */
export const FLOOR: PasswordCost = { memory: 19 * 1024, passes: 2, lanes: 1 };
/** More memory than this is not asked of a tablet that holds a book besides. */
const MOST_MEMORY = 64 * 1024;
const TARGET = 500;
/** Memory of the pass that is measured: somebody waits for it. */
const SAMPLE = 8 * 1024;

/**
 * The cost that takes `target` milliseconds where one pass over the floor's memory takes `pass`: memory first, because
 * it is what hardware made for guessing lacks, then passes.
 */
export function costFor(pass: number, target: number = TARGET): PasswordCost {
  const budget = (target / Math.max(pass, 0.1)) * FLOOR.memory;
  const memory = Math.min(Math.max(Math.floor(budget / FLOOR.passes), FLOOR.memory), MOST_MEMORY);
  return { memory, passes: Math.max(FLOOR.passes, Math.floor(budget / memory)), lanes: 1 };
}

/** Argon2id in WebAssembly, fetched when it is first asked for. Does not yield while it works. */
export const argon2: PasswordHash & { load(): Promise<void> } = {
  /** Fetches and compiles the module. */
  async load() {
    await argon2.derive('load', new Uint8Array(16), { memory: 1024, passes: 1, lanes: 1 });
  },
  async calibrate() {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    await argon2.load();
    // The quicker of two: whatever else the machine did meanwhile must not make the lock weaker.
    let pass = Infinity;
    for (let sample = 0; sample < 2; sample += 1) {
      const began = performance.now();
      await argon2.derive('calibration', salt, { memory: SAMPLE, passes: 1, lanes: 1 });
      pass = Math.min(pass, performance.now() - began);
    }
    return costFor(pass * (FLOOR.memory / SAMPLE));
  },
  async derive(password, salt, { memory, passes, lanes }) {
    const { argon2id } = await import('hash-wasm');
    const hash = await argon2id({
      password: password.normalize('NFC'),
      salt,
      memorySize: memory,
      iterations: passes,
      parallelism: lanes,
      hashLength: 32,
      outputType: 'binary',
    });
    return Uint8Array.from(hash);
  },
};
