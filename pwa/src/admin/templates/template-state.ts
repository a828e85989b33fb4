import { m } from '$lib/i18n/paraglide/messages';
import type { TemplateRecord } from './records';

/** Where a template stands, in words; an approved one with a newer body says that the old one is what goes out. */
export function templateStateName(template: Pick<TemplateRecord, 'state' | 'version' | 'approved_version'>): string {
  if (template.state === 'retired') return m.template_state_retired();
  if (template.approved_version === null) return m.template_state_draft();
  return template.approved_version === template.version ? m.template_state_approved() : m.template_state_changed();
}
