// A stand-in, by hand, until backend/openapi.json is there: then `npm run api` writes this file.
/* eslint-disable */
interface Problem { type: string; title: string; status: number; code: string; detail: string; errors?: Record<string, string[]> }
interface Ok<T> { headers: Record<string, unknown>; content: { 'application/json': T } }
interface Fail { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } }
interface Get<T, Q = never, P = never> {
  parameters: { query?: Q; header?: never; path?: P; cookie?: never };
  requestBody?: never;
  responses: { 200: Ok<T>; default: Fail };
}
interface Send<B, T, P = never> {
  parameters: { query?: never; header?: never; path?: P; cookie?: never };
  requestBody: { content: { 'application/json': B } };
  responses: { 200: Ok<T>; default: Fail };
}
interface Page { limit?: number; after?: string; q?: string; customer?: string; store?: string }
interface List<T> { items: T[]; next: string | null }
interface Path { parameters: {}; get?: never; put?: never; post?: never; delete?: never }
interface Store { id: string; code: string; name: string; business_unit: string; currency: string; time_zone: string }
interface Session {
  staff: { id: string; login: string; name: string; role: string; language: string; store: Store | null };
  tablet: { id: string; store: string; scope: string } | null;
  demo: boolean;
}
interface About {
  name: string; version: string; demo: boolean; simulator: boolean; schema: number; languages: string[];
  demo_sign_ins: { login: string; password: string; name: string; role: string; store: string | null }[];
}
interface Tablet { device_id: string; token: string; store: string; scope: string }
interface Message {
  id: string; customer_id: string; channel: string; template: string; purpose: string; body: string; state: string;
  reason?: string | null; reason_text?: string | null; until?: string | null; created_at: string;
  sent_at?: string | null; delivered_at?: string | null;
}
interface Preview {
  text: string; verdict: { answer: 'allowed' | 'held' | 'skipped'; reason: string | null; until?: string | null };
  segments: number; encoding: string;
}
interface Template { id: string; name: string; title: string | null; language: string; purpose: 'commercial' | 'service'; body: string; approved?: boolean }
interface TemplatePreview {
  text: string; encoding: string; segments: number; units: number;
  euc_kr_problems: { char: string; index: number; suggestion: string | null }[]; errors: string[];
}
interface Sale {
  id: string; total: number; currency: string; occurred_at: string; store: string; customer_id: string | null;
  flags: string[]; line_count: number; lines?: { sku: string; name?: string; quantity: number; amount: number }[];
}
type Text = { template: string; fields?: Record<string, string> };
type Id = { id: string };

export interface components { schemas: {
  Problem: Problem; Session: Session; About: About; Tablet: Tablet; Message: Message; Preview: Preview;
  Template: Template; TemplatePreview: TemplatePreview; Sale: Sale; Store: Store;
} }
export interface paths {
  '/api/v1/about': Omit<Path, 'get'> & { get: Get<About> };
  '/api/v1/session': Omit<Path, 'get' | 'post' | 'delete'> & {
    get: Get<Session>; post: Send<{ login: string; password: string }, Session>; delete: Get<unknown>;
  };
  '/api/v1/tablets/enrol': Omit<Path, 'post'> & { post: Send<{ code: string; label?: string }, Tablet> };
  '/api/v1/tablets/demo': Omit<Path, 'post'> & { post: Get<Tablet> };
  '/api/v1/tablets/codes': Omit<Path, 'post'> & { post: Send<{ store: string; staff: string; scope?: string; reason?: string }, { code: string; expires_at: string }> };
  '/api/v1/stores': Omit<Path, 'get'> & { get: Get<List<Store>, Page> };
  '/api/v1/customers/{id}': Omit<Path, 'get'> & { get: Get<Record<string, unknown>, never, Id> };
  '/api/v1/customers/{id}/consents': Omit<Path, 'get'> & { get: Get<List<Record<string, unknown>>, Page, Id> };
  '/api/v1/customers/{id}/notes': Omit<Path, 'get'> & { get: Get<List<Record<string, unknown>>, Page, Id> };
  '/api/v1/customers/{id}/messages': Omit<Path, 'get'> & { get: Get<List<Message>, Page, Id> };
  '/api/v1/customers/{id}/texts': Omit<Path, 'post'> & { post: Send<Text, Message, Id> };
  '/api/v1/customers/{id}/texts/preview': Omit<Path, 'post'> & { post: Send<Text, Preview, Id> };
  '/api/v1/sales': Omit<Path, 'get'> & { get: Get<List<Sale>, Page> };
  '/api/v1/sales/{id}': Omit<Path, 'get'> & { get: Get<Sale, never, Id> };
  '/api/v1/messages': Omit<Path, 'get'> & { get: Get<List<Message>, Page> };
  '/api/v1/messages/{id}': Omit<Path, 'get'> & { get: Get<Message, never, Id> };
  '/api/v1/templates': Omit<Path, 'get' | 'post'> & { get: Get<List<Template>, Page>; post: Send<Omit<Template, 'id'>, Template> };
  '/api/v1/templates/{id}': Omit<Path, 'get' | 'put'> & { get: Get<Template, never, Id>; put: Send<Omit<Template, 'id'>, Template, Id> };
  '/api/v1/templates/{id}/approve': Omit<Path, 'post'> & { post: Get<Template, never, Id> };
  '/api/v1/templates/preview': Omit<Path, 'post'> & { post: Send<{ body: string; purpose: string; language: string; customer_id?: string }, TemplatePreview> };
}
