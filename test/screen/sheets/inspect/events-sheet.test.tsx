import {describe, expect, it} from 'vitest';
import type {EventsSheet} from '../../../../source/console/sheets/inspected.js';
import type {EventView} from '../../../../source/knative/objects/event.js';
import {Events} from '../../../../source/screen/sheets/inspect/events-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';

const event = (part: Partial<EventView>): EventView => ({
	name: 'e',
	isWarning: false,
	reason: 'Created',
	message: 'Created pod',
	kind: 'Deployment',
	about: 'cart-00002-deployment',
	count: 1,
	last: Date.now() - 5000,
	version: 1,
	...part,
});

const screenOf = async (phase: EventsSheet['phase']) => {
	const object = {
		kind: 'revision',
		name: 'cart-00002',
		namespace: 'shop',
		service: 'cart',
		serviceUid: 'u',
	} as const;
	const {screen} = await openOnConsole(
		() => <Events sheet={{kind: 'events', id: 1, object, phase}} isActive width={80} height={20} />,
		{rows: 20},
	);
	return screen();
};

const followed = {kind: 'followed', events: [], isCut: false, problem: undefined} as const;

describe('the events', () => {
	it('are told with what they are about, how often, and a warning as one without colour', async () => {
		const screen = await screenOf({
			...followed,
			events: [
				event({isWarning: true, reason: 'BackOff', message: 'Back-off pulling', count: 7}),
				event({last: undefined}),
			],
		});
		expect(screen).toContain('Events of revision cart-00002');
		expect(screen).toContain('2 events');
		expect(screen).toMatch(/\ds +▲ Warning {2}BackOff {2}Deployment cart-00002-deployment {2}×7/);
		expect(screen).toContain('Back-off pulling');
		expect(screen).toMatch(/\? +· Normal {2}Created/);
		expect(screen).not.toContain('×1');
	});

	it('that are none are told from those that could not be read', async () => {
		expect(await screenOf(followed)).toContain('No events of cart-00002');
		const refused = await screenOf({kind: 'not read', sentence: 'You may not list events.'});
		expect(refused).toContain('You may not list events.');
		expect(refused).not.toContain('No events');
	});

	it('say why they may be old, and that there were more', async () => {
		const screen = await screenOf({
			...followed,
			events: [event({})],
			isCut: true,
			problem: 'The watch broke off.',
		});
		expect(screen).toContain('The watch broke off.');
		expect(screen).toContain('left out');
	});
});
