import { loadProduct } from './host/load-product.ts';
import { runProducts } from './host/run-products.ts';

const names = process.argv.slice(2);
await runProducts(() => Promise.all(names.map(loadProduct)), process.env);
