/** Whether this looks like the number of a payment card, by the rule of the server (`rules.is_network_card`). */
export function isPaymentCard(text: string): boolean {
  const digits = text.replace(/[\s.:_-]/g, '');
  return /^(4\d{12}(\d{3}){0,2}|[25]\d{15}|3\d{13,15}|6\d{11,18})$/.test(digits) && checksum(digits) % 10 === 0;
}

function checksum(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, place) => {
    const value = Number(digit) * (1 + (place % 2));
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}
