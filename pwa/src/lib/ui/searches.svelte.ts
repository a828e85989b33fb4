/** What was searched for in the desk's lists. In memory: a name in the address would stay in the browser's history. */
export class Searches {
  customers = $state('');
}
