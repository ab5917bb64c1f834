import { expect, test } from 'vitest';

import { buildAccessTerms } from '../../../../../gateway/control/access/build-access-terms.ts';
import { loadProductFolder } from '../../../../../shared/contract/load-product-folder.ts';
import { PROJECT_ROOT } from '../../../../../shared/lang/project-root.ts';

async function load(name: string) {
  const loaded = await loadProductFolder(new URL(`subgraphs/${name}/`, PROJECT_ROOT));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.product;
}

test('a product says who decides, for how long and for what', async () => {
  const { classes, ...terms } = buildAccessTerms(await load('accounts'));

  expect(terms).toEqual({
    product: 'accounts',
    tenant: 'acme',
    members: [
      { name: 'marta.kowal@acme.example', role: 'owner', since: '2026-01-12', until: null },
      { name: 'jonas.bell@acme.example', role: 'steward', since: '2026-01-12', until: null },
      { name: 'ines.faro@acme.example', role: 'engineer', since: '2026-02-02', until: null },
      { name: 'petra.novak@acme.example', role: 'domain lead', since: '2026-02-02', until: null },
    ],
    strictest: 'personal',
    autoApprove: [{ classification: 'internal', sameTenant: true, sameTeam: false }],
    maxGrantSeconds: 180 * 86_400,
    reviewAfterSeconds: 90 * 86_400,
    purposes: ['analytics', 'customer-service'],
    partnerIssuers: [],
    agreement: null,
  });
  expect(classes).toEqual({
    'Account.name': 'personal',
    'Account.email': 'personal',
    'Account.phone': 'personal',
    'Account.contactUpdatedAt': 'personal',
    'Mutation.updateAccountContact': 'personal',
  });
});

test('figures made from a column are as protected as the column', async () => {
  const { classes } = buildAccessTerms(await load('orders'));

  expect(classes).toMatchObject({
    'OrderLine.profit': 'restricted',
    'SalesTotals.profit': 'restricted',
    Order: 'internal',
  });
  expect(classes).not.toHaveProperty(['OrderLine.sales']);
});

test('partners and the agreement with them are those of the descriptor', async () => {
  const product = await load('accounts');
  const accessPolicy = { partnerIssuers: ['https://id.partner.example'] };
  const terms = (url: string) =>
    buildAccessTerms({
      ...product,
      descriptor: {
        ...product.descriptor,
        customProperties: [{ property: 'accessPolicy', value: accessPolicy }],
        authoritativeDefinitions: [
          { type: 'businessDefinition', url: 'https://wiki.acme.example' },
          { type: 'legalAgreement', url },
        ],
      },
    });

  expect(terms('https://legal.acme.example/partners')).toMatchObject({
    ...accessPolicy,
    agreement: 'https://legal.acme.example/partners',
  });
  expect(terms('file:///partners.pdf').agreement).toBeNull();
});

test('a policy of access that is misshapen is told by its place', async () => {
  const product = await load('accounts');
  const value = { autoApprove: [{ classification: 'personal' }] };
  const descriptor = {
    ...product.descriptor,
    customProperties: [{ property: 'accessPolicy', value }],
  };

  expect(() => buildAccessTerms({ ...product, descriptor })).toThrow(
    expect.objectContaining({
      code: 'DESCRIPTOR_INVALID',
      message: expect.stringContaining('accessPolicy.autoApprove.0.classification'),
    }),
  );
});
