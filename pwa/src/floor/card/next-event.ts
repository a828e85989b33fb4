export interface LifeEvent {
  readonly id: string;
  readonly kind: string;
  /** ISO day. */
  readonly day: string;
  readonly yearly: boolean;
  readonly note: string | null;
}

/** How many days ahead a day is worth a word. */
const AHEAD = 60;
const DAY = 86_400_000;

/** The next day to remember within two months from `today`, and when that is; null when none is near. */
export function nextEvent(events: readonly LifeEvent[], today: string): (LifeEvent & { readonly on: string }) | null {
  const near = events
    .map((event) => ({ ...event, on: event.yearly ? nextTime(event.day, today) : event.day }))
    .filter(({ on }) => on >= today && (Date.parse(on) - Date.parse(today)) / DAY <= AHEAD);
  return near.sort((one, other) => one.on.localeCompare(other.on))[0] ?? null;
}

/** The day's next return; the 29th of February comes on the 28th where there is none. */
function nextTime(day: string, today: string): string {
  const [year] = today.split('-').map(Number) as [number];
  const of = (wanted: number) => {
    const same = `${wanted}-${day.slice(5)}`;
    return Number.isNaN(Date.parse(same)) || new Date(same).toISOString().slice(0, 10) !== same ? `${wanted}-02-28` : same;
  };
  return of(year) >= today ? of(year) : of(year + 1);
}
