import { m } from '$lib/i18n/paraglide/messages';
import type { TemplateLanguage, TemplateRecord } from './records';

type Stand = Pick<TemplateRecord, 'state' | 'version' | 'approved_version'>;

/** Where a template stands, in words; an approved one with a newer body says that the old one is what goes out. */
export function templateStateName(template: Stand): string {
  if (template.state === 'retired') return m.template_state_retired();
  if (template.state === 'waiting') return template.approved_version === null ? m.template_state_waiting() : m.template_state_changed_waiting();
  if (template.approved_version === null) return m.template_state_draft();
  return template.approved_version === template.version ? m.template_state_approved() : m.template_state_changed();
}

const languages: Record<TemplateLanguage, () => string> = { ko: m.language_ko, en: m.language_en, zh: m.language_zh, ja: m.language_ja };

export function languageName(language: TemplateLanguage): string {
  return languages[language]();
}

/** What stands in for an empty name in each language. */
export const guests: Record<TemplateLanguage, string> = { ko: '고객', en: 'guest', zh: '顾客', ja: 'お客様' };
