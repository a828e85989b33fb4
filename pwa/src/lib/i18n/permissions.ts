import type { Formatter } from './formatter';
import { m } from './paraglide/messages';
import { consentName } from './words';

/** Whether one matter is permitted, as `GET /customers/ID/permissions` says it. */
export interface Permission {
  purpose: string;
  channel: string | null;
  sender: string | null;
  sender_name: string | null;
  sender_name_latin: string | null;
  recipient: string | null;
  night: boolean;
  allowed: boolean;
  reason: string;
  entry: string | null;
  since: string | null;
  until: string | null;
  /** What stands against it; a new grant lifts one by naming it. */
  refusals: string[];
}

/** A line on the card: what it is about, whether it is permitted, and since, until or why not. */
export interface PermissionLine {
  readonly key: string;
  readonly words: string;
  readonly allowed: boolean;
  readonly detail: string;
}

/** What a person sees of the permissions: marketing by sender, then the rest; what nobody ever agreed to by name alone. */
export interface PermissionGroups {
  readonly senders: readonly { code: string; name: string; lines: readonly PermissionLine[] }[];
  readonly purposes: readonly PermissionLine[];
  readonly never: readonly string[];
}

const channels: Record<string, () => string> = { sms: m.permission_text, push: m.permission_push, call: m.permission_call };

const reasons: Record<string, () => string> = {
  existing_customer: m.permission_reason_existing_customer, not_granted: m.permission_reason_not_granted,
  refused: m.permission_reason_refused, withdrawn: m.permission_reason_withdrawn,
  reconfirmation_due: m.permission_reason_reconfirmation_due, guardian_needed: m.permission_reason_guardian_needed,
  under_14: m.permission_reason_under_14,
};

/** Puts permissions into words: `문자 가능 · 야간 불가 · 2028.3.2까지`. */
export function permissionGroups(permissions: readonly Permission[], format: Formatter, language: string): PermissionGroups {
  const marketing = permissions.filter(({ purpose, night }) => purpose === 'marketing' && !night);
  const others = permissions.filter(({ purpose }) => purpose !== 'marketing');
  const codes = [...new Set(marketing.map(({ sender }) => sender ?? ''))];
  return {
    senders: codes.map((code) => ({
      code,
      name: senderName(marketing.find(({ sender }) => sender === code), language),
      lines: marketing.filter(({ sender }) => sender === code).map((day) => marketingLine(day, nightOf(day, permissions), format)),
    })),
    purposes: others.filter(({ reason }) => reason !== 'not_granted').map((each) => purposeLine(each, format)),
    never: others.filter(({ reason }) => reason === 'not_granted').map(purposeName),
  };
}

function senderName(of: Permission | undefined, language: string): string {
  return (language === 'ko' ? of?.sender_name : (of?.sender_name_latin ?? of?.sender_name)) ?? of?.sender ?? '';
}

function nightOf(day: Permission, permissions: readonly Permission[]): Permission | undefined {
  return permissions.find(
    ({ purpose, channel, sender, night }) => purpose === 'marketing' && night && channel === day.channel && sender === day.sender,
  );
}

function marketingLine(day: Permission, night: Permission | undefined, format: Formatter): PermissionLine {
  const what = (channels[day.channel ?? ''] ?? m.permission_marketing)();
  const parts = day.allowed
    ? [night?.allowed === true ? m.permission_night_allowed() : m.permission_night_not_allowed(), reasonOf(day), untilOf(day, format)]
    : [reasonOf(day), sinceOf(day, format)];
  return {
    key: `${day.sender ?? ''}-${day.channel ?? ''}`,
    words: day.allowed ? m.permission_allowed({ what }) : m.permission_not_allowed({ what }),
    allowed: day.allowed,
    detail: parts.filter((part) => part !== '').join(' · '),
  };
}

function purposeLine(permission: Permission, format: Formatter): PermissionLine {
  return {
    key: `${permission.purpose}-${permission.recipient ?? ''}`,
    words: purposeName(permission),
    allowed: permission.allowed,
    detail: [permission.allowed ? m.permission_yes() : reasonOf(permission), sinceOf(permission, format)].filter((part) => part !== '').join(' · '),
  };
}

function purposeName(permission: Permission): string {
  const purpose = consentName(permission);
  return permission.recipient === null ? purpose : m.permission_recipient({ purpose, recipient: permission.recipient });
}

function reasonOf({ reason }: Permission): string {
  return reasons[reason]?.() ?? '';
}

function untilOf({ until }: Permission, format: Formatter): string {
  return until === null ? '' : m.permission_until({ day: format.dayOf(until) });
}

function sinceOf({ since }: Permission, format: Formatter): string {
  return since === null ? '' : m.permission_since({ day: format.dayOf(since) });
}
