import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ArgonAnswer, ArgonOrder } from './argon-thread';

/** Workers that were hired, in order; `answers` says what the one with that number does with an order. */
const hired: FakeWorker[] = [];
let answers: (worker: number, order: ArgonOrder) => ArgonAnswer | 'silence' | 'breaks';

class FakeWorker {
  onmessage: ((event: { data: ArgonAnswer }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  ended = false;
  readonly #number = hired.push(this) - 1;

  postMessage(order: ArgonOrder): void {
    const answer = answers(this.#number, order);
    if (answer === 'breaks') queueMicrotask(() => this.onerror?.({ message: 'cannot load' }));
    else if (answer !== 'silence') queueMicrotask(() => this.onmessage?.({ data: answer }));
  }

  terminate(): void {
    this.ended = true;
  }
}

const HASH = new Uint8Array(32).fill(7);
const COST = { memory: 19_456, passes: 2, lanes: 1 };
const derived: number[] = [];

async function beside() {
  const { argon2Beside } = await import('./argon-thread');
  return argon2Beside((took) => derived.push(took));
}

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
  hired.length = 0;
  derived.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('Argon2id in a worker', () => {
  test.each(['silence', 'breaks'] as const)('a worker that ends in %s is replaced by another one', async (trouble) => {
    answers = (worker) => (worker === 0 ? trouble : { hash: HASH });
    const hash = (await beside()).derive('correct horse battery', new Uint8Array(16), COST);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await hash).toEqual(HASH);
    expect(hired).toHaveLength(2);
    expect(hired[0]?.ended).toBe(true);
    expect(derived).toHaveLength(1);
  });

  test('when no worker answers that is said, and the next one asked may still work', async () => {
    answers = () => 'silence';
    const argon = await beside();
    const failing = expect(argon.calibrate()).rejects.toThrow('did not answer');
    await vi.advanceTimersByTimeAsync(40_000);
    await failing;
    answers = () => ({ cost: COST });
    expect(await argon.calibrate()).toEqual(COST);
  });

  test('the cost that was measured beforehand is used once', async () => {
    let measured = 0;
    answers = (_, { does }) => (does === 'calibrate' ? { cost: { ...COST, passes: ++measured } } : { loaded: true });
    const argon = await beside();
    argon.prepare(false);
    argon.prepare(true);
    argon.prepare(true);
    expect((await argon.calibrate()).passes).toBe(1);
    expect((await argon.calibrate()).passes).toBe(2);
  });

  test('a worker that has nothing to do ends', async () => {
    answers = () => ({ loaded: true });
    (await beside()).prepare(false);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(hired[0]?.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(hired[0]?.ended).toBe(true);
  });
});
