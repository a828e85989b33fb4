export type TemplateLanguage = 'ko' | 'en' | 'zh' | 'ja';
export type TemplatePurpose = 'commercial' | 'service';

export interface TemplateRecord {
  id: string;
  name: string;
  title: string | null;
  language: TemplateLanguage;
  purpose: TemplatePurpose;
  body: string;
  state: string;
  version: number;
  approved_version: number | null;
  updated_at: string;
}

export interface TemplatePreview {
  text: string;
  encoding: string;
  segments: number;
  units: number;
  euc_kr_problems: { char: string; index: number; suggestion: string | null }[];
  errors: string[];
}

export interface TemplateField {
  name: string;
  label_ko: string;
  label_en: string;
  source: 'known' | 'given';
}
