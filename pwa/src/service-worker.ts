/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { listenToPushes } from './lib/push/worker';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

// The app's own addresses open from the cache, whether or not the server lives. Everything else — the API, the
// simulator, the customers' pages /m /o /l — is the server's.
const app = [/^\/$/, /^\/floor(\/|$)/, /^\/admin(\/|$)/];
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { allowlist: app }));

// A new version waits until the user says so (lib/updates), except the very first, which has nobody to ask.
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

listenToPushes(self);
