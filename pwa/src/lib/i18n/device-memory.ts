/**
 * What this browser remembers about itself: theme, language, who used it last. Never anything about a customer, which
 * belongs to the vault alone.
 */
export interface DeviceMemory {
  read(key: string): unknown;
  write(key: string, value: unknown): void;
}

const prefix = 'dangol.';

/** Kept by the browser; forgets silently where storage is refused, since nothing here is needed to work. */
export class BrowserMemory implements DeviceMemory {
  read(key: string): unknown {
    try {
      const text = localStorage.getItem(prefix + key);
      return text === null ? null : JSON.parse(text);
    } catch {
      return null;
    }
  }

  write(key: string, value: unknown): void {
    try {
      if (value === null) localStorage.removeItem(prefix + key);
      else localStorage.setItem(prefix + key, JSON.stringify(value));
    } catch {
      // A browser that refuses storage still sells; it asks for the theme again next time.
    }
  }
}
