import { m } from './paraglide/messages';

/** Days to remember and journeys, as people say them. */

const events: Record<string, () => string> = {
  birthday: m.life_birthday, wedding: m.life_wedding, anniversary: m.life_anniversary, child: m.life_child, other: m.life_other,
};

export const LIFE_EVENTS = Object.keys(events);

export function lifeEventName(kind: string): string {
  return (events[kind] ?? m.life_other)();
}

export interface TripRecord {
  readonly id: string;
  readonly flight: string | null;
  readonly departs_at: string;
  readonly zone: string;
  readonly from_airport: string | null;
  readonly to_airport: string | null;
  readonly note: string | null;
}

/** `DG703 · 11.24 14:20 · ICN → NRT`: the time on the clock of the place that she leaves from. */
export function tripWords(trip: TripRecord, language: string): string {
  const when = new Intl.DateTimeFormat(language, {
    month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: trip.zone,
  }).format(new Date(trip.departs_at));
  const way = [trip.from_airport, trip.to_airport].filter((airport) => airport !== null).join(' → ');
  return [trip.flight, when, way, trip.note].filter((part) => part !== null && part !== '').join(' · ');
}
