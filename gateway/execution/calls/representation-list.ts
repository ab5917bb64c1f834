/**
 * The entities that one load asks for, in order, each once.
 *
 * A list that is used again is recognised by identity: loads that ask for the very same list need
 * no comparison of its texts, and the texts are joined once.
 */
export class RepresentationList {
  static #made = 0;
  /** JSON texts. */
  readonly texts: readonly string[];
  /** Differs from that of every other list of this process. */
  readonly id: number;
  #joined: string | null = null;

  constructor(texts: readonly string[]) {
    this.texts = texts;
    RepresentationList.#made += 1;
    this.id = RepresentationList.#made;
  }

  /** The texts with commas between them: the inside of a JSON list. */
  get joined(): string {
    this.#joined ??= this.texts.join(',');
    return this.#joined;
  }

  equals({ texts }: RepresentationList): boolean {
    return (
      this.texts === texts ||
      (this.texts.length === texts.length && this.texts.every((text, i) => text === texts[i]))
    );
  }
}
