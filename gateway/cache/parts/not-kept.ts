/** Why something that came is not kept. */
export type NotKept =
  /** It failed, or came with errors or another status than 200. */
  | 'ERRORS'
  /** The product forbids it. */
  | 'NO_STORE'
  /** The product gives no lifetime, or one that is over on arrival. */
  | 'NO_LIFETIME'
  /** It is for its caller alone, who is not known. */
  | 'CALLER_UNKNOWN'
  /** Something of the product was forgotten while it was asked. */
  | 'FORGOTTEN'
  /** Memory is full, and it was not offered before. */
  | 'NOT_ADMITTED'
  /** It would take more than its share of the memory. */
  | 'TOO_LARGE'
  /** The client wants nothing kept. */
  | 'CLIENT_NO_STORE'
  /** It belongs to a mutation. */
  | 'MUTATION'
  /** Nothing is kept here. */
  | 'CACHE_OFF';
