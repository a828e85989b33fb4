import { sayProblem } from '$lib/session';
import { ask, look, possibleKeys, type ImportFile, type ImportRun, type Look, type Reading } from './imports';

const SOURCE = 'file';

/** A file on its way through the wizard: how it is to be read, as suggested and corrected. */
export class FileReading {
  #file = $state.raw<ImportFile>() as ImportFile;
  #columns = $state.raw<(string | null)[]>([]);
  #key = $state<string | null>(null);
  #problem = $state<string | null>(null);
  #busy = $state(false);
  source = $state(SOURCE);
  keepGoing = $state(false);
  profileName = $state('');

  constructor(file: ImportFile) {
    this.#take(file);
  }

  get file(): ImportFile {
    return this.#file;
  }

  get columns(): readonly (string | null)[] {
    return this.#columns;
  }

  get keys(): string[] {
    return possibleKeys(this.#file, this.#columns);
  }

  get key(): string | null {
    return this.#key !== null && this.keys.includes(this.#key) ? this.#key : (this.keys[0] ?? null);
  }

  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  chooseKey(key: string): void {
    this.#key = key;
  }

  /** A field stands for one column: another one that had it lets go. */
  choose(place: number, field: string | null): void {
    this.#columns = this.#columns.map((before, at) => (at === place ? field : before === field && field !== null ? null : before));
  }

  /** Reads the file another way: sheet, encoding, profile. */
  async lookAgain(how: Look): Promise<void> {
    const { encoding, sheet, profile } = this.#file;
    // Another sheet has other columns: whatever fits them is chosen anew.
    const same = profile === null || how.sheet !== undefined ? {} : { profile };
    const kept = { ...(encoding === null ? {} : { encoding }), ...(sheet === null ? {} : { sheet }), ...same };
    await this.#try(async () => this.#take(await look(this.#file.id, { ...kept, ...how })));
  }

  /** The run that checks the file, or imports it; null when it was refused. */
  async ask(dryRun: boolean): Promise<ImportRun | null> {
    let run: ImportRun | null = null;
    await this.#try(async () => {
      run = await ask(this.#file.id, this.#reading(dryRun), dryRun);
    });
    return run;
  }

  #reading(dryRun: boolean): Reading {
    const name = this.profileName.trim();
    return {
      columns: [...this.#columns], key: this.key, source: this.source.trim() || SOURCE, encoding: this.#file.encoding,
      sheet: this.#file.sheet, keep_going_fields: this.keepGoing, save_profile: dryRun || name === '' ? null : name,
    };
  }

  #take(file: ImportFile): void {
    this.#file = file;
    this.#columns = file.columns.map((column) => column.field);
    this.#key = file.key;
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
    } catch (problem) {
      this.#problem = sayProblem(problem);
    } finally {
      this.#busy = false;
    }
  }
}
