import type { PasswordCost, PasswordHash } from './argon';
import { Serial } from './serial';

export type ArgonOrder =
  | { does: 'load' }
  | { does: 'calibrate' }
  | { does: 'derive'; password: string; salt: Uint8Array<ArrayBuffer>; cost: PasswordCost };
export type ArgonAnswer = { loaded: true } | { cost: PasswordCost } | { hash: Uint8Array<ArrayBuffer> } | { failure: string };

export interface HashBeside extends PasswordHash {
  /** Loads what will be wanted soon; before a new key it measures this machine as well. Returns at once. */
  prepare(forNewKey: boolean): void;
}

/** Argon2id beside the caller, who goes on meanwhile. `onDerived` hears how many milliseconds a derivation took. */
export function argon2Beside(onDerived: (milliseconds: number) => void): HashBeside {
  const calibrate = async () => {
    const answer = await order({ does: 'calibrate' });
    if ('cost' in answer) return answer.cost;
    throw new Error('failure' in answer ? answer.failure : 'no cost');
  };
  let measured: Promise<PasswordCost> | null = null;
  return {
    prepare(forNewKey) {
      // A failure is told to whoever asks for the cost or a hash.
      if (forNewKey) (measured ??= calibrate()).catch(() => undefined);
      else void order({ does: 'load' }).catch(() => undefined);
    },
    calibrate() {
      const now = measured ?? calibrate();
      measured = null;
      return now;
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
const IDLE = 3_000;
/** An answer that takes longer than this, milliseconds, never comes: the worker did not load, or the browser ended it. */
const PATIENCE = 20_000;
let worker: Worker | null = null;
let ending: ReturnType<typeof setTimeout> | undefined;
/** Nobody tries two passwords at once: orders are carried out one after the other. */
const orders = new Serial();

function order(wish: ArgonOrder): Promise<ArgonAnswer> {
  return orders.run(async () => {
    try {
      return await answered(wish);
    } catch {
      // Once more with a new worker: browsers end workers when memory runs short.
      dismiss();
      return await answered(wish);
    }
  });
}

async function answered(wish: ArgonOrder): Promise<ArgonAnswer> {
  clearTimeout(ending);
  const hired = (worker ??= new Worker(new URL('./argon-worker.ts', import.meta.url), { type: 'module', name: 'argon2' }));
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<ArgonAnswer>((resolve, reject) => {
      late = setTimeout(() => reject(new Error('Argon2id did not answer.')), PATIENCE);
      hired.onmessage = ({ data }: MessageEvent<ArgonAnswer>) => resolve(data);
      hired.onerror = (event) => reject(new Error(event.message));
      hired.postMessage(wish);
    });
  } finally {
    clearTimeout(late);
    ending = setTimeout(dismiss, IDLE);
  }
}

function dismiss(): void {
  clearTimeout(ending);
  worker?.terminate();
  worker = null;
}
