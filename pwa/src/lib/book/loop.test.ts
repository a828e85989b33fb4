import { describe, expect, test, vi } from 'vitest';
import { isPassing, Loop, nextWait, PACE, type Round } from './loop';
import { offline, problem } from './testing/fake-server';

describe('the wait after a round', () => {
  test.each<[string, Round, number, number]>([
    ['nothing was sent', { sent: 0 }, 0, 15_000],
    ['something was sent', { sent: 3 }, 0, 2_000],
    ['another tab is at it', 'busy', 0, 2_000],
    ['the first failure', { problem: offline() }, 0, 1_000],
    ['the fourth failure', { problem: offline() }, 3, 8_000],
    ['the hundredth failure', { problem: offline() }, 99, 60_000],
    ['the server asked for longer', { problem: problem(503, 'busy', 90_000) }, 0, 90_000],
    ['the server asked for less than the back-off', { problem: problem(429, 'slow_down', 10) }, 3, 8_000],
  ])('%s', (_why, round, failures, wait) => {
    expect(nextWait(round, failures, PACE, 0)).toBe(wait);
  });

  test('is spread after failures', () => {
    expect(nextWait({ problem: offline() }, 0, PACE, 0.5)).toBe(1_250);
  });
});

test('passing problems are those that a retry heals', () => {
  expect([offline(), problem(503, 'x'), problem(429, 'x'), problem(422, 'x'), new Error('disk')].map(isPassing)).toEqual([true, true, true, false, false]);
});

describe('the loop', () => {
  test('never runs two rounds at once, and a kick during one brings another', async () => {
    let running = 0;
    let rounds = 0;
    const loop = new Loop(async () => {
      expect(++running).toBe(1);
      rounds++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return { sent: 0 };
    }, PACE);
    await Promise.all([loop.kick(), loop.kick(), loop.kick()]);
    expect(rounds).toBe(2);
    loop.stop();
  });

  test('keeps away for as long as the server asked, whoever kicks', async () => {
    vi.useFakeTimers();
    let rounds = 0;
    const loop = new Loop(() => Promise.resolve(++rounds === 1 ? { problem: problem(503, 'busy', 5_000) } : { sent: 0 }), PACE);
    await loop.kick();
    await loop.kick();
    expect(rounds).toBe(1);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(rounds).toBe(2);
    loop.stop();
    vi.useRealTimers();
  });
});
