// A word in localStorage that a book is here, and nothing about anybody: a browser that took the database away by itself
// is noticed by it. (One that clears everything takes the marker as well; then it is a new tablet.)

const MARKER = 'dangol.book';
/** Set by a measuring page, taken note of in demonstrations alone (README.md). */
const READABLE = 'dangol-test-cipher';

export function leaveMarker(present: boolean): void {
  try {
    if (present) localStorage.setItem(MARKER, 'here');
    else localStorage.removeItem(MARKER);
  } catch {
    // Without it only the sentence about an eviction is missing.
  }
}

export function hasMarker(): boolean {
  try {
    return localStorage.getItem(MARKER) !== null;
  } catch {
    return false;
  }
}

export function wantsReadable(): boolean {
  try {
    return localStorage.getItem(READABLE) === 'identity';
  } catch {
    return false;
  }
}
