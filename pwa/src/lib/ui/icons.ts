/** The icons of the screens, all from Lucide, by the name that `Icon` takes. */
import Download from '@lucide/svelte/icons/download';
import Eye from '@lucide/svelte/icons/eye';
import Upload from '@lucide/svelte/icons/upload';
import Search from '@lucide/svelte/icons/search';
import ShoppingBag from '@lucide/svelte/icons/shopping-bag';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import Bell from '@lucide/svelte/icons/bell';
import User from '@lucide/svelte/icons/user';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import Plus from '@lucide/svelte/icons/plus';
import Minus from '@lucide/svelte/icons/minus';
import X from '@lucide/svelte/icons/x';
import Check from '@lucide/svelte/icons/check';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import MessageSquare from '@lucide/svelte/icons/message-square';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import Diamond from '@lucide/svelte/icons/diamond';
import Tablet from '@lucide/svelte/icons/tablet';
import Store from '@lucide/svelte/icons/store';
import Users from '@lucide/svelte/icons/users';
import Receipt from '@lucide/svelte/icons/receipt';
import FileText from '@lucide/svelte/icons/file-text';
import LogOut from '@lucide/svelte/icons/log-out';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Languages from '@lucide/svelte/icons/languages';
import Trash from '@lucide/svelte/icons/trash';
import Plane from '@lucide/svelte/icons/plane';
import Tag from '@lucide/svelte/icons/tag';
import Ticket from '@lucide/svelte/icons/ticket';
import Coins from '@lucide/svelte/icons/coins';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import ChevronLeft from '@lucide/svelte/icons/chevron-left';
import Clock from '@lucide/svelte/icons/clock';
import Send from '@lucide/svelte/icons/send';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Pencil from '@lucide/svelte/icons/pencil';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Database from '@lucide/svelte/icons/database';
import Inbox from '@lucide/svelte/icons/inbox';
import Copy from '@lucide/svelte/icons/copy';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Lock from '@lucide/svelte/icons/lock';
import House from '@lucide/svelte/icons/house';
import Undo from '@lucide/svelte/icons/undo-2';
import KeyRound from '@lucide/svelte/icons/key-round';
import RadioTower from '@lucide/svelte/icons/radio-tower';
import ChartLine from '@lucide/svelte/icons/chart-line';
import Phone from '@lucide/svelte/icons/phone';
import Fingerprint from '@lucide/svelte/icons/fingerprint';

export const icons = {
  search: Search,
  'shopping-bag': ShoppingBag,
  'arrow-up': ArrowUp,
  'calendar-clock': CalendarClock,
  bell: Bell,
  user: User,
  'arrow-left': ArrowLeft,
  plus: Plus,
  minus: Minus,
  x: X,
  check: Check,
  'circle-check': CircleCheck,
  'circle-alert': CircleAlert,
  'triangle-alert': TriangleAlert,
  'message-square': MessageSquare,
  'notebook-pen': NotebookPen,
  diamond: Diamond,
  tablet: Tablet,
  store: Store,
  users: Users,
  receipt: Receipt,
  'file-text': FileText,
  'log-out': LogOut,
  'refresh-cw': RefreshCw,
  'cloud-off': CloudOff,
  'sun-moon': SunMoon,
  languages: Languages,
  trash: Trash,
  plane: Plane,
  tag: Tag,
  ticket: Ticket,
  coins: Coins,
  'chevron-right': ChevronRight,
  'chevron-left': ChevronLeft,
  clock: Clock,
  send: Send,
  'user-plus': UserPlus,
  pencil: Pencil,
  'shield-check': ShieldCheck,
  database: Database,
  'radio-tower': RadioTower,
  inbox: Inbox,
  copy: Copy,
  'rotate-ccw': RotateCcw,
  lock: Lock,
  house: House,
  undo: Undo,
  'key-round': KeyRound,
  fingerprint: Fingerprint,
  'chart-line': ChartLine,
  download: Download,
  eye: Eye,
  upload: Upload,
  phone: Phone,
} as const;

export type IconName = keyof typeof icons;
