import type { Book, CustomerRow, ProductRow } from '$lib/book';
import type { Router } from '$lib/ui/router.svelte';
import type { Basket } from '../shared/basket.svelte';

interface Wanted {
  readonly customer: CustomerRow;
  readonly lastTime: boolean;
  readonly product: ProductRow | undefined;
}

/** Starting a sale from a card: at once, or once somebody has said what becomes of the basket that holds another one. */
export class Starting {
  #wanted = $state.raw<Wanted | null>(null);
  readonly #basket: Basket;
  readonly #book: Book;
  readonly #router: Router;

  constructor(basket: Basket, book: Book, router: Router) {
    this.#basket = basket;
    this.#book = book;
    this.#router = router;
  }

  /** Whether a sale waits for that answer. */
  get asks(): boolean {
    return this.#wanted !== null;
  }

  /** Starts a sale to a customer; with her last basket, or with an article, when asked. */
  sellTo(customer: CustomerRow, lastTime: boolean, product?: ProductRow): void {
    const wanted = { customer, lastTime, product };
    if (!this.#basket.empty && this.#basket.customer?.id !== customer.id) this.#wanted = wanted;
    else void this.#begin(wanted);
  }

  /** The sale that waits begins; what was wanted is read before it is forgotten. */
  goOn(): void {
    const sale = this.#wanted;
    this.#wanted = null;
    if (sale !== null) void this.#begin(sale);
  }

  drop(): void {
    this.#wanted = null;
  }

  async #begin({ customer, lastTime, product }: Wanted): Promise<void> {
    this.#basket.sellTo(customer);
    if (lastTime) this.#basket.addLast(customer, await this.#book.products(customer.last_basket.map(([sku]) => sku)));
    if (product !== undefined) this.#basket.add(product);
    this.#router.go('/floor/sell');
  }
}
