import { cityName } from './cities';
import { businessDay, formatDay, formatTime } from './dates';
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

/** `DG703 · 11.24 14:20 (서울) · ICN → NRT`: the time on the clock of the city that she leaves from. */
export function tripWords(trip: TripRecord, language: string, today: string): string {
  const day = formatDay(businessDay(new Date(trip.departs_at), trip.zone), language, today);
  const when = m.trip_when({ time: `${day} ${formatTime(trip.departs_at, language, trip.zone)}`, city: cityName(trip.zone) });
  const way = [trip.from_airport, trip.to_airport].filter((airport) => airport !== null).join('\u00a0→\u00a0');
  return [trip.flight, when, way, trip.note].filter((part) => part !== null && part !== '').join(' · ');
}
