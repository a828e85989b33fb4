import { expect, test } from 'vitest';
import { paceOf } from './progress';

test('the rate is rows a second and the rest follows from it', () => {
  expect(paceOf([{ at: 0, loaded: 0 }, { at: 2000, loaded: 10_000 }], 75_000)).toEqual({ rate: 5000, secondsLeft: 13 });
});

test('without progress nothing is promised', () => {
  expect(paceOf([], 10)).toEqual({ rate: null, secondsLeft: null });
  expect(paceOf([{ at: 0, loaded: 5 }, { at: 900, loaded: 5 }], 10)).toEqual({ rate: null, secondsLeft: null });
});
