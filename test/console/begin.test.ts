import {expect, it} from 'vitest';
import {beginConsole} from '../../source/console/begin.js';
import {completeConsole} from '../../source/console/console.js';
import {serviceView} from '../knative/objects.js';

it('takes up what was told before it was complete', async () => {
	const begun = beginConsole({to: 'test', namespace: 'default'});
	const service = serviceView({
		ready: 2,
		edit({status}) {
			status.observedGeneration = 0;
		},
	});
	begun.store.setState({services: [service]});
	expect(begun.store.getState().moves.size).toBe(0);
	const console = completeConsole(begun);
	// Under way before anybody looked, so that pane 3 says how far it is.
	expect(console.store.getState().moves.get(service.uid)).toMatchObject({own: false, movedAt: undefined});
	begun.store.setState({services: [serviceView({ready: 2})]});
	expect(console.store.getState().moves.get(service.uid)?.movedAt).toEqual(expect.any(Number));
	await console.stop();
});

it('ends where nothing was added to it', async () => {
	const begun = beginConsole({to: 'test'});
	await expect(begun.stop()).resolves.toBeUndefined();
});
