import { QueryEngine } from '@comunica/query-sparql';
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint';
const endpoint = process.argv[2];
const SELECT = 'SELECT ?n { ?c <http://www.w3.org/2004/02/skos/core#notation> ?n } ORDER BY ?n LIMIT 3';
const CONSTRUCT = 'CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3';
const read = stream => new Promise((resolve, reject) => { const found = []; stream.on('data', each => found.push(each)); stream.on('end', () => resolve(found)); stream.on('error', reject); });
const fetcher = new SparqlEndpointFetcher();
const engine = new QueryEngine();
const sources = [{ type: 'sparql', value: endpoint }];
const answers = {
  'fetch-sparql-endpoint': {
    select: (await read(await fetcher.fetchBindings(endpoint, SELECT))).length,
    ask: await fetcher.fetchAsk(endpoint, 'ASK { ?s ?p ?o }'),
    construct: (await read(await fetcher.fetchTriples(endpoint, CONSTRUCT))).length,
  },
  comunica: {
    select: (await (await engine.queryBindings(SELECT, { sources })).toArray()).length,
    ask: await engine.queryBoolean('ASK { ?s ?p ?o }', { sources }),
    construct: (await (await engine.queryQuads(CONSTRUCT, { sources })).toArray()).length,
    document: (await (await engine.queryBindings('SELECT * { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?l } LIMIT 1', { sources: [process.argv[3]] })).toArray()).length,
  },
};
console.log(JSON.stringify(answers));
