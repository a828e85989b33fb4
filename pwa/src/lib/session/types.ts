/** Who uses this browser, as the server says it (GET /session, GET /about). */

export interface StoreOfStaff {
  id: string;
  code: string;
  name: string;
  business_unit: string;
  currency: string;
  time_zone: string;
}

export interface Staff {
  id: string;
  login: string;
  name: string;
  role: string;
  language: string;
  store: StoreOfStaff | null;
}

export interface Tablet {
  id: string;
  store: string;
  scope: string;
}

export interface DemoSignIn {
  login: string;
  password: string;
  name: string;
  role: string;
  store: string | null;
  store_name: string | null;
  store_name_latin: string | null;
}

export interface About {
  name: string;
  version: string;
  demo: boolean;
  simulator: boolean;
  demo_sign_ins: DemoSignIn[];
}
