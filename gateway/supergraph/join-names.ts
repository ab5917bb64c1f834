const FIELD_SET = /\b(?:key|requires|provides|selection):\s*("""[\s\S]*?"""|"(?:[^"\\]|\\.)*")/g;
const INTERFACE_OBJECT = /\bisInterfaceObject:\s*true\b/;
const NAME = /[_A-Za-z][_0-9A-Za-z]*/g;

/** What decides under which keys the data of a plan stands. */
export interface JoinNames {
  /** Every name in the field sets by which the subgraphs are joined, and `__typename`; maybe a few more. */
  readonly fields: ReadonlySet<string>;
  /** Whether a subgraph holds objects of several types as one, by the name of their interface. */
  readonly hasInterfaceObjects: boolean;
}

/** Collects what the keys of the data depend on. Names of arguments may be among the fields. */
export function collectJoinNames(supergraphSdl: string): JoinNames {
  const names = new Set(['__typename']);
  for (const [, fieldSet = ''] of supergraphSdl.matchAll(FIELD_SET)) {
    for (const [name] of fieldSet.matchAll(NAME)) names.add(name);
  }
  return { fields: names, hasInterfaceObjects: INTERFACE_OBJECT.test(supergraphSdl) };
}
