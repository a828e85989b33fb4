/** What this browser can do about pushes, without asking anybody. */
export type Ability = 'able' | 'unsupported' | 'needs_install';

export function ability(): Ability {
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) return 'able';
  // On iPad and iPhone only an installed app may ask; in a tab the names are not even there.
  const apple = /iPad|iPhone/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);
  return apple ? 'needs_install' : 'unsupported';
}

export function denied(): boolean {
  return Notification.permission === 'denied';
}

/** The service worker's registration; undefined where there is none (development). */
export async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker.getRegistration();
}

export async function ownSubscription(): Promise<PushSubscription | null> {
  return (await (await registration())?.pushManager.getSubscription()) ?? null;
}
