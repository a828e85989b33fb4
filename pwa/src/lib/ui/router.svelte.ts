/**
 * A history router in a page: the address is the state, Back (Android's too) goes where people came from. Screens ask for
 * the parts of the path; the table of what they mean is in `routes.ts`.
 */
export class Router {
  #path = $state(location.pathname);
  #query = $state(new URLSearchParams(location.search));
  /** How many of this app's own pages lie behind, so that leaving a screen never leaves the app. */
  #depth = 0;

  constructor() {
    window.addEventListener('popstate', () => {
      this.#depth = Math.max(0, this.#depth - 1);
      this.#read();
    });
  }

  get path(): string {
    return this.#path;
  }

  /** The path's parts: `/floor/customers/1` → `['floor', 'customers', '1']`. */
  get parts(): string[] {
    return this.#path.split('/').filter((part) => part !== '');
  }

  get query(): URLSearchParams {
    return this.#query;
  }

  go(path: string): void {
    if (path === location.pathname + location.search) return;
    history.pushState(null, '', path);
    this.#depth += 1;
    this.#read();
  }

  /** The same page under another address: filters, or a detour that Back should not meet again. */
  replace(path: string): void {
    history.replaceState(null, '', path);
    this.#read();
  }

  /** Back to where people came from, or to a sensible place when this page was the first. */
  back(otherwise: string): void {
    if (this.#depth > 0) history.back();
    else this.replace(otherwise);
  }

  #read(): void {
    this.#path = location.pathname;
    this.#query = new URLSearchParams(location.search);
  }
}

/** Lets plain links work inside the app: `<nav use:links={router}>`. Modified clicks and other origins stay the browser's. */
export function links(node: HTMLElement, router: Router): { destroy(): void } {
  function follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const anchor = (event.target as Element).closest('a');
    if (anchor === null || anchor.origin !== location.origin || anchor.target !== '' || anchor.hasAttribute('download')) return;
    if (!/^\/(floor|admin)(\/|$)/.test(anchor.pathname)) return;
    event.preventDefault();
    router.go(anchor.pathname + anchor.search);
  }
  node.addEventListener('click', follow);
  return { destroy: () => node.removeEventListener('click', follow) };
}
