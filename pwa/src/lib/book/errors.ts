/** A call to the book that failed for a reason the screens can tell apart. */
export class BookError extends Error {
  override readonly name = 'BookError';
  /**
   * `locked`: nothing is read or recorded now; `storage_full`: the browser has no room, and nothing was saved;
   * `short_password`; `no_pin`: nobody has such a PIN in this session; `last_slot`; `unknown_slot`; `unknown_entry`;
   * `failed`: anything else; or the code of an answer of the server.
   */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether the browser refused to store something for want of room. */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}
