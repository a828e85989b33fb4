/** The service worker's registration, and whether a newer version of the app waits for a yes. */
export class Updates {
  #waiting = $state.raw<ServiceWorker | null>(null);
  #accepted = false;

  /** True when a newer version is installed and waits. */
  get available(): boolean {
    return this.#waiting !== null;
  }

  /** Registers the service worker and watches for newer ones. Does nothing where there is none (development, http). */
  async watch(): Promise<void> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (this.#accepted) location.reload();
    });
    const registration = await navigator.serviceWorker.register('/service-worker.js', { scope: '/' });
    this.#notice(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#notice(registration));
    });
    document.addEventListener('visibilitychange', () => {
      // A tablet's app is rarely reloaded: look for a newer version whenever it comes back to the front.
      if (document.visibilityState === 'visible' && navigator.onLine) registration.update().catch(() => undefined);
    });
  }

  /** Switches to the newer version and reloads the page. */
  accept(): void {
    this.#accepted = true;
    this.#waiting?.postMessage({ type: 'SKIP_WAITING' });
  }

  #notice(registration: ServiceWorkerRegistration): void {
    // Without a controller this is the first install, not an update.
    this.#waiting = navigator.serviceWorker.controller === null ? null : registration.waiting;
  }
}
