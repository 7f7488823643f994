/** What a review makes of a service that was just read. */
import {describe, expect, it, onTestFinished} from 'vitest';
import {createConsole} from '../../../../source/console/console.js';
import {lastWordsOf, putService} from '../../../../source/console/sheets/review/send-reviewed.js';
import type {ServiceView} from '../../../../source/knative/service/service.js';
import {serviceView} from '../../../knative/objects.js';

const at = (generation: number, uid = 'u-1'): ServiceView =>
	serviceView({
		edit(object) {
			object.metadata.generation = generation;
			object.metadata.uid = uid;
		},
	});

function generationAfter(told: ServiceView, read: ServiceView): number | undefined {
	const console = createConsole({to: 'test', namespace: 'default'});
	onTestFinished(async () => console.stop());
	console.store.setState({services: [told]});
	putService(console.store, read);
	return console.store.getState().services[0]?.generation;
}

describe('a service that was read after a write', () => {
	it('takes the place of an older one, which the watch has told of', () => {
		expect(generationAfter(at(4), at(5))).toBe(5);
	});

	it('does not take the place of a newer one', () => {
		expect(generationAfter(at(6), at(5))).toBe(6);
	});

	it('does not take the place of another one of that name', () => {
		expect(generationAfter(at(4, 'u-2'), at(5))).toBe(4);
	});
});

const wordsOf = (action: Parameters<typeof lastWordsOf>[0]['action']) =>
	lastWordsOf({action, name: 'cart', namespace: 'shop'}, ['--context', 'east']);

describe('what is said of a write to whoever has left meanwhile', () => {
	it('is where the gateway is looked at without panes', () => {
		expect(wordsOf('promote')).toBe(
			'Promoted: the server took it; kn-canary status cart -n shop --context east says when the gateway has it.',
		);
	});

	it('names the revision that was given up', () => {
		const plan = {
			action: 'abandon',
			name: 'cart',
			namespace: 'shop',
			givenUp: {revision: 'cart-00002', why: 'slow'},
		} as const;
		expect(lastWordsOf(plan, [])).toMatch(/^Given up, cart-00002 rejected: the server took it; /);
	});

	it('names no keys', () => {
		expect(wordsOf('create service')).toBe('cart created.');
		expect(wordsOf('create revision')).toBe('Creating a revision of cart…');
	});
});
