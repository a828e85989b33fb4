/** The server's public key as `subscribe` takes it. */
export function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function base64urlOf(bytes: ArrayBuffer | null): string {
  if (bytes === null) return '';
  const text = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What the server is told of a subscription. */
export function keysOf(subscription: PushSubscription): { endpoint: string; p256dh: string; auth: string } {
  return {
    endpoint: subscription.endpoint,
    p256dh: base64urlOf(subscription.getKey('p256dh')),
    auth: base64urlOf(subscription.getKey('auth')),
  };
}

/** By what the server names a subscription without saying its endpoint. */
export async function fingerprintOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where page and service worker leave each other how this browser subscribed: a worker reads no localStorage. */
const STORE = 'dangol-push';
const ENTRY = '/push-terms';

export interface Terms {
  surface: 'floor' | 'desk';
  language: 'ko' | 'en';
}

export async function keepTerms(terms: Terms | null): Promise<void> {
  const store = await caches.open(STORE);
  if (terms === null) await store.delete(ENTRY);
  else await store.put(ENTRY, Response.json(terms));
}

export async function readTerms(): Promise<Terms | null> {
  const kept = await (await caches.open(STORE)).match(ENTRY);
  return kept === undefined ? null : ((await kept.json()) as Terms);
}
