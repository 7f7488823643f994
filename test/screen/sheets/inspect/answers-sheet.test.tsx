import {expect, it} from 'vitest';
import {createLoop, type LoopSnapshot} from '../../../../source/probe/loop/loop.js';
import {Answers} from '../../../../source/screen/sheets/inspect/answers-sheet.js';
import {serviceView} from '../../../knative/objects.js';
import {createFakeClock} from '../../../probe/fake-clock.js';
import {targetAt} from '../../../probe/servers.js';
import {openOnConsole} from '../../parts/on-console.js';
import {canaryTraffic, knowing, one, two} from '../../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});

const row: LoopSnapshot['rows'][number] = {
	key: `revision ${one}`,
	fingerprint: 'Hello World!',
	otherFingerprints: 0,
	code: undefined,
	text: 'Hello World!',
	why: undefined,
	lately: 20,
	revision: one,
	learned: 'tag',
	attribution: 'revision',
	candidates: [one],
	configuredPercent: 90,
	n: 67,
	errors: 2,
	observedShare: 0.9,
	interval: {low: 0.8, high: 0.95},
	recent: [10],
	sample: 'Hello World!\nsecond line',
	p50: 12,
	p95: 31,
	p99: undefined,
};

async function open(part: Partial<LoopSnapshot>, uid = service.uid) {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	const snapshot = {...loop.snapshot(), ...part};
	return openOnConsole(() => <Answers isActive width={100} height={40} />, {
		state: {...knowing(service), live: {uid, snapshot, page: 0, background: 0}},
		isStill: true,
		columns: 100,
		rows: 40,
	});
}

it('tells each row whole: how often, the whole answer, and how it is known whose it is', async () => {
	const {screen} = await open({rows: [row]});
	expect(screen()).toContain('67 answers, 2 failures');
	expect(screen()).toContain('second line');
	expect(screen()).toContain('learned at its tag');
});

it('attributes nothing that several may have said', async () => {
	const shared = {
		...row,
		key: 'shared',
		attribution: 'one of',
		revision: undefined,
		candidates: [one, two],
		why: 'alike',
	} as const;
	const {screen} = await open({rows: [shared]});
	expect(screen()).toContain(`${one} and ${two} say the same`);
	expect(screen()).not.toContain('learned at its tag');
});

it('says which tag teaches nothing, and why', async () => {
	const tag = {
		tag: 'canary',
		revision: two,
		authority: 'canary.example.com',
		state: 'failed',
		problem: 'it answers 503',
		fault: 'fails',
	} as const;
	const {text} = await open({rows: [row], tags: [tag]});
	expect(text()).toMatch(/canary .*helloworld-go-00002.* it answers 503/);
});

it('has no answers of another service', async () => {
	const {screen} = await open({rows: [row]}, 'another');
	expect(screen()).toContain('No answers.');
	expect(screen()).not.toContain('67');
});
