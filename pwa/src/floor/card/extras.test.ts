import { expect, test } from 'vitest';
import { extras } from './extras';

const rules = [
  { id: 'a', name: '가람카드 덤', card_issuer: '가람은행' },
  { id: 'b', name: '주말 두 배', card_issuer: null },
];

test('what came on top is named by the card or the rule, and what is usual is not named', () => {
  expect(extras({ base: 300, b: 150, a: 90 }, rules)).toEqual([
    { id: 'a', name: expect.stringContaining('가람은행'), points: 90 },
    { id: 'b', name: '주말 두 배', points: 150 },
  ]);
  expect(extras({}, rules)).toEqual([]);
});
