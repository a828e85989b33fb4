/** What an address below `/floor` means. */

export type FloorPlace =
  | { screen: 'find'; customer: string | null }
  | { screen: 'sell' | 'register' | 'due' | 'alerts' | 'me' | 'missing' };

export function floorPlace(parts: readonly string[]): FloorPlace {
  const [, screen, id, extra] = parts;
  if (extra !== undefined) return { screen: 'missing' };
  if (screen === undefined) return { screen: 'find', customer: null };
  if (screen === 'customers' && id !== undefined) return { screen: 'find', customer: id };
  if (id !== undefined) return { screen: 'missing' };
  if (screen === 'sell' || screen === 'register' || screen === 'due' || screen === 'alerts' || screen === 'me') return { screen };
  return { screen: 'missing' };
}
