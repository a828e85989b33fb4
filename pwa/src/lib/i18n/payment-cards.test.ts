import { expect, test } from 'vitest';
import vectors from '../../../../tests/contract/payment_cards.json';
import { isPaymentCard } from './payment-cards';

test.each(vectors)('$number: $payment', ({ number, payment }) => {
  expect(isPaymentCard(number)).toBe(payment);
});
