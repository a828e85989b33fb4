import { describe, expect, it } from 'vitest';
import { senderName, turnLines, urgency, type Register } from './register';

describe('senderName', () => {
  it.each([
    ['+8215880000', '1588-0000'],
    ['+82212345678', '02-1234-5678'],
    ['+82801234567', '080-123-4567'],
    ['+821048214821', '010-4821-4821'],
    [`MG${'0'.repeat(32)}`, `MG${'0'.repeat(32)}`],
    ['+15551234567', '+15551234567'],
  ])('shows %s as %s', (number, shown) => {
    expect(senderName(number)).toBe(shown);
  });
});

describe('turnLines', () => {
  it('says Korea first and all others last, each in its turn', () => {
    const register = {
      providers: [{ name: 'twilio', title: 'Twilio' }, { name: 'daon', title: '다온메시징' }],
      turns: [{ country: '*', providers: ['twilio'] }, { country: 'JP', providers: ['gone'] }, { country: 'KR', providers: ['daon', 'twilio'] }],
    } as unknown as Register;
    const lines = turnLines(register);
    expect(lines.map((line) => line.split(': ')[1])).toEqual(['다온메시징 → Twilio', 'gone', 'Twilio']);
  });
});

describe('urgency', () => {
  it('asks for nothing, for something soon, or at once', () => {
    expect((['ok', 'expiring', 'expired', 'not_yet', 'missing'] as const).map(urgency)).toEqual(['none', 'soon', 'now', 'now', 'now']);
  });
});
