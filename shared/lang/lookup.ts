/** Values by key, each made when it is first asked for; for keys of which there are few. */
export class Lookup<Key, Value> {
  readonly #known = new Map<Key, Value>();
  readonly #make: (key: Key) => Value;

  constructor(make: (key: Key) => Value) {
    this.#make = make;
  }

  get(key: Key): Value {
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#make(key);
      this.#known.set(key, value);
    }
    return value;
  }
}
