import { expect, test } from 'vitest';
import { Handover } from './handover';

test.each([
  ['4821', { phone: '4821' }],
  ['010-1234', { phone: '010-1234' }],
  [' Kim ', { name: 'Kim' }],
])('%j typed into the search stands in the register form as %j', (query, fields) => {
  const handover = new Handover();
  handover.leaveTyped(query);
  expect(handover.takeMember()?.fields).toEqual(fields);
});

test('what was left is taken once: the next form begins empty', () => {
  const handover = new Handover();
  handover.leaveTyped('Kim');
  handover.takeMember();
  expect(handover.takeMember()).toBeNull();
});

test('an empty search leaves nothing', () => {
  const handover = new Handover();
  handover.leaveTyped('  ');
  expect(handover.takeMember()).toBeNull();
});
