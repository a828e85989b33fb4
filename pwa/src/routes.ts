/** The two apps behind one address; each knows its own places. Everything that is not the desk is the floor. */
export function areaOf(parts: readonly string[]): 'floor' | 'admin' {
  return parts[0] === 'admin' ? 'admin' : 'floor';
}
