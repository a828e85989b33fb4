import { m } from '$lib/i18n/paraglide/messages';

const roles: Record<string, () => string> = {
  associate: m.role_associate, manager: m.role_manager, marketer: m.role_marketer, admin: m.role_admin,
};

export function roleName(role: string): string {
  return (roles[role] ?? m.role_associate)();
}
