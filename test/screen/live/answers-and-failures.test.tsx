import {expect, it} from 'vitest';
import type {FailureEntry} from '../../../source/console/state/state.js';
import {AnswersAndFailures} from '../../../source/screen/live/answers-and-failures.js';
import type {LiveLayout} from '../../../source/screen/live/live-layout.js';
import {openOnConsole} from '../parts/on-console.js';
import {two} from '../parts/state.js';
import {answerOf, snapshotOf} from './snapshot.js';

const failure = (text: string): FailureEntry => ({
	key: text,
	code: '500',
	count: 17,
	first: Date.now() - 60_000,
	last: Date.now() - 1000,
	text,
	at: 'service',
	revisions: [two],
	grade: 'failure',
	latency: 303,
});
const below: LiveLayout = {
	above: 1,
	below: 0,
	table: 3,
	chart: 0,
	failures: 1,
	answers: 2,
	isBeside: false,
};

async function open(layout: Partial<LiveLayout>, failures: readonly FailureEntry[], answers = 3) {
	const last = Array.from({length: answers}, (_, index) =>
		answerOf(`answer ${index + 1}.`, {order: index + 1}),
	);
	return openOnConsole(
		() => (
			<AnswersAndFailures
				snapshot={snapshotOf({last, at: Date.now()})}
				failures={failures}
				marks={undefined}
				service="helloworld-go"
				width={100}
				layout={{...below, ...layout}}
			/>
		),
		{
			columns: 100,
			rows: 12,
			state: {messages: [{at: Date.now(), tone: 'good', text: 'The split is in place.'}]},
		},
	);
}

it('has failures above the newest answers, as many of each as there is room for', async () => {
	const {screen} = await open({}, [failure('boom'), failure('bang')]);
	const lines = screen().split('\n');
	expect(lines[0]).toMatch(/^✗ .*boom/);
	expect(lines[1]).toMatch(/ 200 .* answer 2\./);
	expect(lines[2]).toMatch(/ 200 .* answer 3\./);
	expect(screen()).not.toMatch(/bang|answer 1/);
});

it('has them side by side where there is room, with what the console said below the failures', async () => {
	const {screen} = await open({isBeside: true, failures: 8, answers: 3}, [failure('boom')]);
	expect(screen()).toMatch(/answer 1\. +FAILURES of this split, newest first/);
	expect(screen()).toMatch(/answer 2\. +✗ .*boom/);
	expect(screen()).toMatch(/MESSAGES, newest first \(m: all\)[^]*The split is in place\./);
});

it('has each message once, also where several were said in the same millisecond', async () => {
	const {screen, store, until} = await open({isBeside: true, failures: 9, answers: 3}, [failure('boom')]);
	const said = ['One.', 'Two.', 'Three.'].map((text, index) => ({
		at: index < 2 ? 1000 : 2000,
		tone: 'info' as const,
		text,
	}));
	store.setState({messages: said.slice(0, 2)});
	await until(/Two\.[^]*One\./);
	store.setState({messages: said});
	await until(/Three\./);
	expect(screen().match(/One|Two|Three/g)).toEqual(['Three', 'Two', 'One']);
});

it('says that nothing failed only where it has room for that', async () => {
	const roomy = await open({isBeside: true, failures: 8}, []);
	expect(roomy.screen()).toContain('FAILURES of this split: none');
	const small = await open({isBeside: true, failures: 3}, []);
	expect(small.screen()).not.toContain('FAILURES');
	expect(small.screen()).toMatch(/answer 3\./);
});

it('ends at the answer that one has gone back to', async () => {
	const {screen, store, until} = await open({answers: 2}, [], 9);
	expect(screen()).toMatch(/answer 9\./);
	store.setState({answersUpTo: {uid: 'u', order: 5}});
	await until(/answer 4\.[^]*answer 5\./);
	expect(screen()).not.toMatch(/answer [369]\./);
});

it('tells an answer that is not counted, and one without a body', async () => {
	const {screen} = await openOnConsole(() => (
		<AnswersAndFailures
			snapshot={snapshotOf({last: [answerOf(''), answerOf('Hello', {order: 2, settling: true})]})}
			failures={[]}
			marks={undefined}
			service="helloworld-go"
			width={80}
			layout={below}
		/>
	));
	expect(screen()).toContain('(no body)');
	expect(screen()).toContain('Hello  (not counted)');
});
