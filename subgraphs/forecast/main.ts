/** Runs the data product `forecast` alone. */
import { runProduct } from '../../shared/kit/run-product.ts';
import { product } from './product.ts';

await runProduct(product, process.env);
