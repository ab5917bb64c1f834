/** A question that no data product can answer alone: it crosses accounts, segments, orders, shipments and products. */
export const CROSSING_QUESTION = `{
  account(id: "A-12520") {
    id
    name
    marketSegment
    segment { label }
    orders(first: 2) {
      nodes {
        id
        orderedOn
        region
        shipment { shipMode shippedOn }
        lines(first: 2) {
          nodes { sales quantity product { name category { name } } }
        }
      }
    }
  }
}`;

/** Options of `meshgate token` for a caller who may see all of the answer. */
export const CROSSING_CALLER =
  '--sub ana.ruiz@acme.example --scope "accounts:pii segments:read" --claim regions=West,East,Central,South';
