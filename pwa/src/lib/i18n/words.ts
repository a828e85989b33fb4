import { m } from './paraglide/messages';

/** Codes of the book and the server as people say them. A code without a word falls back to a general word, never to itself. */

const grades: Record<string, () => string> = {
  vip: m.grade_vip, vvip: m.grade_vip, platinum: m.grade_platinum, diamond: m.grade_diamond, gold: m.grade_gold,
  silver: m.grade_silver, bronze: m.grade_bronze, member: m.grade_member, basic: m.grade_member, welcome: m.grade_member,
};

export function gradeName(code: string | null): string {
  return code === null ? m.grade_none() : (grades[code.toLowerCase()] ?? m.grade_member)();
}

/** Grades that wear the golden mark. */
export function isTopGrade(code: string | null): boolean {
  return code !== null && ['vip', 'vvip', 'platinum', 'diamond', 'gold'].includes(code.toLowerCase());
}

const preferenceKinds: Record<string, () => string> = {
  instruction: m.preference_instruction, allergy: m.preference_allergy, like: m.preference_like, dislike: m.preference_dislike,
  scent: m.preference_scent, skin: m.preference_skin, skin_type: m.preference_skin, gift_wrap: m.preference_gift_wrap,
  brand: m.preference_brand, category: m.preference_category, contact_time: m.preference_contact_time,
  size: m.preference_size, color: m.preference_color, colour: m.preference_color,
};

export function preferenceName(kind: string): string {
  return (preferenceKinds[kind] ?? m.preference_other)();
}

/** What the floor writes down, in the order in which it matters to whoever serves her. */
export const PREFERENCE_KINDS = ['instruction', 'allergy', 'like', 'dislike', 'size'];

/** Sorted like that; kinds of older systems come last. */
export function byPreferenceKind<T extends { kind: string }>(preferences: readonly T[]): T[] {
  const rank = ({ kind }: T) => (PREFERENCE_KINDS.includes(kind) ? PREFERENCE_KINDS.indexOf(kind) : PREFERENCE_KINDS.length);
  return [...preferences].sort((one, other) => rank(one) - rank(other));
}

const views: Record<string, () => string> = {
  card: m.access_what_card, search: m.access_what_search, notes: m.access_what_notes, outreach: m.outcomes_title, points: m.access_what_points, consents: m.access_what_consents,
  sale: m.access_what_sale, messages: m.access_what_messages, text_preview: m.access_what_text_preview, access_log: m.access_what_access_log, life: m.access_what_life,
  household: m.access_what_household, documents: m.access_what_documents, passport: m.access_what_passport,
  passport_lookup: m.access_what_passport_lookup, export: m.access_what_export,
  consent_proof: m.access_what_consent_proof, coupons: m.access_what_coupons, grade: m.access_what_grade, grades: m.access_what_grade,
  notices: m.access_what_notices, forecast: m.access_what_forecast,
};

/** What of a member was looked at, as the access log says it. */
export function viewName(what: string): string {
  return (views[what] ?? m.access_what_other)();
}

const fields: Record<string, () => string> = {
  name: m.field_name, name_latin: m.field_name_latin, phone: m.field_phone, language: m.field_language,
  nationality: m.field_nationality, district: m.field_district, memo: m.field_memo, sex: m.field_sex,
  home_store: m.field_home_store, birth_date: m.field_birth_date, card: m.field_card, name_han: m.field_name_han,
  email: m.field_email, phones: m.field_phones, cards: m.field_cards, preferred_staff: m.field_preferred_staff,
};

export function fieldName(field: string): string {
  return (fields[field] ?? m.field_other)();
}

const phoneKinds: Record<string, () => string> = {
  mobile: m.phone_kind_mobile, home: m.phone_kind_home, work: m.phone_kind_work, other: m.phone_kind_other,
};

export const PHONE_KINDS = Object.keys(phoneKinds);

export function phoneKindName(kind: string): string {
  return (phoneKinds[kind] ?? m.phone_kind_other)();
}

const cardKinds: Record<string, () => string> = {
  unit: m.card_kind_unit, unified: m.card_kind_unified, bank: m.card_kind_bank, foreign: m.card_kind_foreign,
};

export const CARD_KINDS = Object.keys(cardKinds);

export function cardKindName(kind: string): string {
  return (cardKinds[kind] ?? m.card_kind_unit)();
}

const messageStates: Record<string, () => string> = {
  queued: m.message_queued, pending: m.message_queued, ready: m.message_queued, accepted: m.message_sending,
  held: m.message_held, sending: m.message_sending, sent: m.message_sent, delivered: m.message_delivered,
  undelivered: m.message_undelivered, failed: m.message_failed, skipped: m.message_skipped,
  unknown: m.message_unknown, canceled: m.message_canceled, cancelled: m.message_canceled,
};

export function messageStateName(state: string): string {
  return (messageStates[state] ?? m.message_other)();
}

const pointsKinds: Record<string, () => string> = {
  earn: m.points_kind_earn, gift: m.points_kind_gift, redeem: m.points_kind_redeem, reverse: m.points_kind_reverse,
  restore: m.points_kind_restore, adjust: m.points_kind_adjust, expire: m.points_kind_expire,
  transfer_in: m.points_kind_transfer_in, transfer_out: m.points_kind_transfer_out, transfer_back: m.points_kind_transfer_back,
};

/** Why points came or went. What had expired comes back where it turns out to have been used in time. */
export function pointsKindName(kind: string, points: number): string {
  if (kind === 'expire' && points > 0) return m.points_kind_unexpire();
  return (pointsKinds[kind] ?? m.points_kind_adjust)();
}

export function purposeName(purpose: string): string {
  return purpose === 'commercial' ? m.purpose_commercial() : m.purpose_service();
}

const consentNames: Record<string, () => string> = {
  privacy: m.consent_privacy, profiling: m.consent_profiling, third_party: m.consent_third_party, abroad: m.consent_abroad,
  sensitive: m.consent_sensitive, unique_identifier: m.consent_unique_identifier,
  marketing_sms: m.consent_marketing_sms, marketing_push: m.consent_marketing_push, marketing_call: m.consent_marketing_call,
};

export function consentName(consent: { purpose: string; channel?: string | null; night?: boolean | null }): string {
  if (consent.night === true && consent.channel === 'sms') return m.consent_marketing_night();
  if (consent.night === true && consent.channel === 'push') return m.consent_marketing_push_night();
  const key = consent.purpose === 'marketing' ? `marketing_${consent.channel ?? 'sms'}` : consent.purpose;
  return (consentNames[key] ?? m.consent_other)();
}

const returnReasons: Record<string, () => string> = {
  changed_mind: m.return_reason_changed_mind, defective: m.return_reason_defective, wrong_item: m.return_reason_wrong_item,
  other: m.return_reason_other,
};

/** The reasons that the floor offers. */
export const RETURN_REASONS = Object.keys(returnReasons);

/** Another client may send a reason in words of its own: they are shown as they are. */
export function returnReason(reason: string): string {
  return returnReasons[reason]?.() ?? reason;
}
