import type { PasswordCost, PasswordHash } from './argon';

export type ArgonOrder =
  | { does: 'calibrate' }
  | { does: 'derive'; password: string; salt: Uint8Array<ArrayBuffer>; cost: PasswordCost };
export type ArgonAnswer = { cost: PasswordCost } | { hash: Uint8Array<ArrayBuffer> } | { failure: string };

/** Argon2id beside the caller, who goes on meanwhile. `onDerived` hears how many milliseconds a derivation took. */
export function argon2Beside(onDerived: (milliseconds: number) => void): PasswordHash {
  return {
    async calibrate() {
      const answer = await order({ does: 'calibrate' });
      if ('cost' in answer) return answer.cost;
      throw new Error('failure' in answer ? answer.failure : 'no cost');
    },
    async derive(password, salt, cost) {
      const began = performance.now();
      const answer = await order({ does: 'derive', password, salt, cost });
      onDerived(performance.now() - began);
      if ('hash' in answer) return answer.hash;
      throw new Error('failure' in answer ? answer.failure : 'no hash');
    },
  };
}

/** A worker that has nothing to do for so long, milliseconds, ends: its memory is wanted elsewhere. */
const IDLE = 1_000;
let worker: Worker | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;

async function order(wish: ArgonOrder): Promise<ArgonAnswer> {
  clearTimeout(ending);
  // Nobody tries two passwords at once: one answer is awaited at a time.
  const hired = (worker ??= new Worker(new URL('./argon-worker.ts', import.meta.url), { type: 'module', name: 'argon2' }));
  try {
    return await new Promise<ArgonAnswer>((resolve, reject) => {
      hired.onmessage = ({ data }: MessageEvent<ArgonAnswer>) => resolve(data);
      hired.onerror = (event) => reject(new Error(event.message));
      hired.postMessage(wish);
    });
  } finally {
    ending = setTimeout(() => {
      hired.terminate();
      worker = null;
    }, IDLE);
  }
}
