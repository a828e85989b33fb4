/** Phones are stored as E.164; screens show them as the country writes them and, unless the role needs them, masked. */

function domestic(e164: string): string | null {
  return e164.startsWith('+82') ? `0${e164.slice(3)}` : null;
}

/** What the server masked before it came here is shown as it is. */
function hidden(phone: string): boolean {
  return phone.startsWith('•');
}

/** `010-1234-4821` for a Korean number, `+81 9012344821` otherwise. */
export function formatPhone(e164: string): string {
  if (hidden(e164)) return e164;
  const number = domestic(e164);
  if (number === null) return e164;
  const area = number.startsWith('02') ? 2 : 3;
  return `${number.slice(0, area)}-${number.slice(area, -4)}-${number.slice(-4)}`;
}

/** Everything but the prefix and the last four digits is hidden: `010-••••-4821`. */
export function maskPhone(e164: string): string {
  if (hidden(e164)) return e164;
  const lastFour = e164.slice(-4);
  const number = domestic(e164);
  if (number === null) return `${e164.slice(0, 3)} ••••${lastFour}`;
  const area = number.startsWith('02') ? 2 : 3;
  return `${number.slice(0, area)}-${'•'.repeat(Math.max(0, number.length - area - 4))}-${lastFour}`;
}

/**
 * A number as typed at a counter, in E.164 when it can be read as one; null when it cannot. A national number is taken as
 * Korean. The server decides in the end; this catches slips while the customer is still there.
 */
export function readPhone(typed: string): string | null {
  const plain = typed.replace(/[\s().-]/g, '');
  if (/^\+[1-9]\d{7,14}$/.test(plain)) return plain;
  if (/^0\d{8,10}$/.test(plain)) return `+82${plain.slice(1)}`;
  return null;
}
