let lastTime = 0;
let sequence = 0;

/** A UUIDv7 (RFC 9562): the time in milliseconds, a counter within it, and 62 random bits. Ascending in one tab. */
export function uuid7(now: number = Date.now()): string {
  // A clock set back must not make ids that sort before earlier ones.
  if (now > lastTime) {
    lastTime = now;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    lastTime++;
    sequence = 0;
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(lastTime / 0x1_0000_0000));
  view.setUint32(2, lastTime >>> 0);
  view.setUint16(6, 0x7000 | sequence);
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
