/** Runs the data product `segments` alone. */
import { runProduct } from '../../shared/kit/run-product.ts';
import { product } from './product.ts';

await runProduct(product, process.env);
