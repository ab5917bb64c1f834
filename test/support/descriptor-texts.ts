/** The smallest texts the parsers accept; tests break one thing at a time. */
export const minimalDescriptor = `apiVersion: v1.0.0
kind: DataProduct
id: urn:dataproduct:sales:orders
name: Orders
version: 1.0.0
status: active
domain: sales
tenant: acme
description:
  purpose: Confirmed orders.
team:
  name: sales-orders
  members:
    - { username: ana.ruiz@acme.example, role: owner }
    - { username: sam.okoro@acme.example, role: steward }
inputPorts:
  - name: superstore-extract
    version: 1.0.0
    contractId: urn:datacontract:sales:superstore-extract
outputPorts:
  - name: graphql
    version: 1.0.0
    type: graphql
    description: The subgraph.
    contractId: urn:datacontract:sales:orders
    inputContracts:
      - { id: urn:datacontract:sales:superstore-extract, version: 1.0.0 }
    customProperties:
      - property: subgraph
        value: { name: orders, schema: ./schema.graphql, routingUrl: "http://127.0.0.1:4103/graphql" }
`;

export const minimalContract = `apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:sales:orders
name: Orders
version: 1.0.0
status: active
domain: sales
tenant: acme
dataProduct: urn:dataproduct:sales:orders
description:
  purpose: Order lines.
servers:
  - { server: gateway, type: api, location: "https://gateway.acme.example/graphql" }
schema:
  - name: order_line
    description: One product on an order.
    properties:
      - name: row_id
        description: Number of the line.
        logicalType: integer
        primaryKey: true
        primaryKeyPosition: 1
        required: true
        classification: internal
team:
  name: sales-orders
  members:
    - { username: ana.ruiz@acme.example, role: owner }
    - { username: sam.okoro@acme.example, role: steward }
`;
