import { describe, expect, test } from 'vitest';
import vectors from '../../../../tests/contract/member_states.json';
import { daysLate, expectedOn, stateOf, type MemberState } from './state';

describe('a member’s state', () => {
  test.each(vectors.cases)('$about', (known) => {
    const facts = { lastOn: known.last_on, gap: known.gap, purchaseDays: known.purchase_days, twice: known.cycle_twice };
    expect(stateOf(facts, known.today)).toBe(known.state as MemberState);
    expect(expectedOn(facts)).toBe(known.expected_on);
    expect(daysLate(facts, known.today)).toBe(known.days_late);
  });
});
