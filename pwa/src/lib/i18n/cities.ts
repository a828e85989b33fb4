import { formatTime } from './dates';
import { m } from './paraglide/messages';

/** Time zones as people name them: by a city, since nobody says `Asia/Seoul`. */

const cities: Record<string, () => string> = {
  'Asia/Seoul': m.city_seoul, 'Asia/Tokyo': m.city_tokyo, 'Asia/Shanghai': m.city_shanghai, 'Asia/Hong_Kong': m.city_hong_kong,
  'Asia/Singapore': m.city_singapore, 'America/Los_Angeles': m.city_los_angeles, 'America/New_York': m.city_new_york,
  'Europe/London': m.city_london, 'Europe/Paris': m.city_paris,
};

/** The zones to choose from. */
export const ZONES = Object.keys(cities);

/** A zone that is not one of those is named by the city in its own name. */
export function cityName(zone: string): string {
  return cities[zone]?.() ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** `도쿄 · 지금 14:02`: the clock tells whoever is unsure of a zone that it is the right one. */
export function cityNow(zone: string, language: string, now: Date): string {
  return m.city_now({ city: cityName(zone), time: formatTime(now.toISOString(), language, zone) });
}
