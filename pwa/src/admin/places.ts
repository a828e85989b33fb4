import { m } from '$lib/i18n/paraglide/messages';
import type { IconName } from '$lib/ui/icons';

export interface DeskPlace {
  readonly part: string;
  readonly icon: IconName;
  readonly label: () => string;
  /** Roles that the server lets in; everyone when absent. */
  readonly roles?: readonly string[];
  /** Which count of what waits for a manager stands beside it. */
  readonly waits?: 'conflicts' | 'sales' | 'corrections';
}

export interface DeskGroup {
  readonly label: () => string;
  readonly places: readonly DeskPlace[];
}

/** The desk's navigation: only groups that have something in them. */
export const deskGroups: readonly DeskGroup[] = [
  {
    label: m.desk_group_members,
    places: [
      { part: 'customers', icon: 'users', label: m.desk_customers },
      { part: 'sales', icon: 'receipt', label: m.desk_sales, waits: 'sales' },
      { part: 'outreach', icon: 'phone', label: m.outcomes_title, roles: ['manager', 'admin'] },
      { part: 'conflicts', icon: 'inbox', label: m.desk_conflicts, roles: ['manager', 'admin'], waits: 'conflicts' },
      { part: 'imports', icon: 'upload', label: m.desk_imports, roles: ['admin'] },
      { part: 'duplicates', icon: 'copy', label: m.desk_duplicates, roles: ['admin'] },
      { part: 'access', icon: 'eye', label: m.desk_access, roles: ['admin'] },
      { part: 'wordings', icon: 'shield-check', label: m.desk_wordings, roles: ['admin'] },
      { part: 'retention', icon: 'clock', label: m.desk_retention, roles: ['admin'] },
    ],
  },
  {
    label: m.desk_group_messages,
    places: [
      { part: 'templates', icon: 'file-text', label: m.desk_templates },
      { part: 'segments', icon: 'users', label: m.desk_segments, roles: ['marketer', 'admin'] },
      { part: 'messages', icon: 'message-square', label: m.desk_messages },
      { part: 'sending', icon: 'clock', label: m.desk_sending, roles: ['manager', 'marketer', 'admin'] },
      { part: 'limits', icon: 'shield-check', label: m.desk_limits, roles: ['manager', 'marketer', 'admin'] },
      { part: 'replies', icon: 'inbox', label: m.desk_replies, roles: ['associate', 'manager', 'admin'] },
      { part: 'refusals', icon: 'shield-check', label: m.desk_refusals, roles: ['marketer', 'admin'] },
      { part: 'notices', icon: 'send', label: m.desk_notices, roles: ['manager', 'marketer', 'admin'] },
      { part: 'senders', icon: 'radio-tower', label: m.desk_senders, roles: ['marketer', 'admin'] },
    ],
  },
  {
    label: m.desk_group_benefits,
    places: [
      { part: 'points', icon: 'coins', label: m.desk_points, roles: ['marketer', 'admin'], waits: 'corrections' },
      { part: 'grades', icon: 'diamond', label: m.desk_grades, roles: ['marketer', 'admin'] },
      { part: 'coupons', icon: 'ticket', label: m.desk_coupons, roles: ['marketer', 'admin'] },
      { part: 'partners', icon: 'plane', label: m.desk_partners, roles: ['marketer', 'admin'] },
    ],
  },
  {
    label: m.desk_group_insight,
    places: [{ part: 'models', icon: 'chart-line', label: m.desk_models, roles: ['marketer', 'admin'] }],
  },
  {
    label: m.desk_group_organisation,
    places: [
      { part: 'stores', icon: 'store', label: m.desk_stores },
      { part: 'staff', icon: 'user', label: m.desk_staff, roles: ['manager', 'admin'] },
      { part: 'tablets', icon: 'tablet', label: m.desk_tablets, roles: ['manager', 'admin'] },
      { part: 'alerts', icon: 'bell', label: m.desk_alerts },
    ],
  },
];
