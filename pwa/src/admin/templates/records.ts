export type TemplateLanguage = 'ko' | 'en' | 'zh' | 'ja';
export type TemplatePurpose = 'commercial' | 'service';

/** In the order in which the tabs stand. */
export const LANGUAGES: readonly TemplateLanguage[] = ['ko', 'en', 'zh', 'ja'];

export interface TemplateRecord {
  id: string;
  name: string;
  title: string | null;
  language: TemplateLanguage;
  purpose: TemplatePurpose;
  one_to_one: boolean;
  body: string;
  state: string;
  version: number;
  approved_version: number | null;
  /** Who wrote the newest version; null: the system. */
  written_by: string | null;
  /** Why it was sent back. */
  remark: string | null;
  updated_at: string;
}

export interface TextCost {
  way: 'twilio_segment' | 'relay_sms' | 'relay_lms';
  country: string;
  units: number;
  size: number;
  currency: string | null;
  /** In millionths of the currency's main unit; null without a price. */
  each: number | null;
  thousand: number | null;
  passes: boolean;
}

export interface TemplatePreview {
  text: string;
  before: string;
  after: string;
  encoding: string;
  segments: number;
  units: number;
  characters: number;
  euc_kr_bytes: number;
  euc_kr_problems: { char: string; index: number; suggestion: string | null }[];
  costs: TextCost[];
  advert_words: string[];
  faults: { sentence: string; line: number | null; column: number | null }[];
  /** Fields that the customer lacks. */
  empty: string[];
  errors: string[];
}

export interface TemplateVersion {
  number: number;
  body: string;
  in_use: boolean;
  restored_from: number | null;
  written_at: string;
  written_by: string | null;
  asked_at: string | null;
  asked_by: string | null;
  sent_back_at: string | null;
  sent_back_by: string | null;
  remark: string | null;
  approved_at: string | null;
  approved_by: string | null;
}

export interface TemplateField {
  name: string;
  label_ko: string;
  label_en: string;
  source: 'known' | 'given';
}
