import { Client } from 'fhir-kit-client';
const baseUrl = process.argv[2];
const ECOG = 'https://w3id.org/begrepp/id/cs/ecog';
const ONCOLOGY = 'https://w3id.org/begrepp/id/cs/onkologi';
const client = new Client({ baseUrl });
const isR4 = baseUrl.endsWith('r4');
const value = (answer, name) => Object.entries(answer.parameter.find(each => each.name === name) ?? {}).find(([key]) => key.startsWith('value'))?.[1];
const run = (resourceType, name, input, method = 'GET') => client.operation({ resourceType, name, method, input });
const posted = parameter => ({ resourceType: 'Parameters', parameter });
const lookUp = { system: ECOG, code: '1' };
const members = {
  resourceType: 'ValueSet', status: 'active', url: 'http://example.org/vs',
  compose: { include: [{ system: ECOG, concept: [{ code: '0' }, { code: '1' }] }] },
};
const fault = async promise => { try { await promise; } catch (error) { return { status: error.response.status, kind: error.response.data.resourceType }; } return null; };
const found = await client.search({ resourceType: 'CodeSystem', searchParams: { url: ECOG } });
const statement = await client.capabilityStatement();
const read = await client.read({ resourceType: 'CodeSystem', id: found.entry[0].resource.id });
const expansion = await run('ValueSet', 'expand', posted([{ name: 'valueSet', resource: members }]), 'POST');
const batch = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `CodeSystem/$lookup?system=${ECOG}&code=1` } }] } });
const translated = await run('ConceptMap', 'translate', { system: ONCOLOGY, [isR4 ? 'code' : 'sourceCode']: 'lungcancer' });
console.log(JSON.stringify({
  fhirVersion: statement.fhirVersion,
  search: found.total,
  concepts: read.concept.length,
  lookup: value(await run('CodeSystem', 'lookup', lookUp), 'code'),
  posted: value(await run('CodeSystem', 'lookup', posted([{ name: 'coding', valueCoding: lookUp }]), 'POST'), 'code'),
  valid: value(await run('CodeSystem', 'validate-code', { url: ECOG, code: '9' }), 'result'),
  subsumes: value(await run('CodeSystem', 'subsumes', { system: ECOG, codeA: '1', codeB: '1' }), 'outcome'),
  expand: expansion.expansion.contains.map(each => each.code),
  implicit: (await run('ValueSet', 'expand', { url: `${ECOG}?vs`, count: 2 })).expansion.contains.length,
  translate: value(translated, 'result'),
  batch: batch.entry.map(each => each.response.status),
  unknown: await fault(run('CodeSystem', 'lookup', { ...lookUp, code: 'x' })),
  create: await fault(client.create({ resourceType: 'CodeSystem', body: { resourceType: 'CodeSystem' } })),
}));
