import type { DeviceMemory } from '$lib/i18n/device-memory';
import type { DemoSignIn, Staff, Tablet } from './types';

/** What this browser keeps of who uses it, so that the screens know it without the server. Nothing about customers. */
export interface Remembered {
  /** Who was at it last; null after signing out. */
  staff: Staff | null;
  tablet: Tablet | null;
  demo: boolean;
  /** Everybody who has signed in on this tablet, for opening it without the server. */
  people: Staff[];
  /** The demo's people with their published passwords; empty outside a demo. */
  demoSignIns: DemoSignIn[];
}

const nothing: Remembered = { staff: null, tablet: null, demo: false, people: [], demoSignIns: [] };

/** What earlier versions wrote lacks some of it. */
export function readRemembered(memory: DeviceMemory): Remembered {
  const stored = memory.read('session') as Partial<Remembered> | null;
  const found = { ...nothing, ...stored };
  return found.people.length > 0 || found.staff === null ? found : { ...found, people: [found.staff] };
}

export function writeRemembered(memory: DeviceMemory, remembered: Remembered): void {
  memory.write('session', remembered);
}
