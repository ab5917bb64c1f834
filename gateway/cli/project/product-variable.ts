/**
 * Names an environment variable of one product: `ORDERS_PORT` for `orders` and `PORT`.
 *
 * Products themselves read their settings under the same names.
 */
export function toVariable(product: string, setting: string): string {
  return `${product.toUpperCase().replaceAll('-', '_')}_${setting}`;
}
