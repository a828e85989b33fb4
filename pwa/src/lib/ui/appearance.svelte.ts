import type { DeviceMemory } from '$lib/i18n/device-memory';

export type ThemeChoice = 'auto' | 'light' | 'dark';

const papers = { light: '#FAF8F4', dark: '#15191B' } as const;

/** Light or dark, by choice or as the device says; remembered. The attribute that daisyUI reads is on the root element. */
export class Appearance {
  #choice = $state<ThemeChoice>('auto');
  readonly #memory: DeviceMemory;
  readonly #deviceIsDark = window.matchMedia('(prefers-color-scheme: dark)');

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    const remembered = memory.read('theme');
    if (remembered === 'light' || remembered === 'dark') this.#choice = remembered;
    this.#deviceIsDark.addEventListener('change', () => this.#show());
    this.#show();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    this.#memory.write('theme', choice);
    this.#show();
  }

  #show(): void {
    const dark = this.#choice === 'dark' || (this.#choice === 'auto' && this.#deviceIsDark.matches);
    document.documentElement.dataset.theme = dark ? 'dangol-dark' : 'dangol-light';
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', dark ? papers.dark : papers.light);
  }
}
