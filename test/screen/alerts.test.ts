import {expect, it} from 'vitest';
import {verdictOf} from '../../source/console/live/verdicts.js';
import {createConsoleStore, type ConsoleState} from '../../source/console/state/state.js';
import {createLoop} from '../../source/probe/loop/loop.js';
import {followAlarms} from '../../source/screen/alerts.js';
import type {AlertKind} from '../../source/terminal/output/attention.js';
import {createFakeClock} from '../probe/fake-clock.js';
import {targetAt} from '../probe/servers.js';
import {knowing} from './parts/state.js';
import {serviceView} from '../knative/objects.js';
import {usersSnapshot, usersWindow} from '../users/snapshots.js';

const service = serviceView();
const calm = verdictOf(service.uid, createLoop({target: targetAt(80), clock: createFakeClock()}).snapshot());

function follow(...kinds: AlertKind[]) {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	store.setState(knowing(service));
	let written = '';
	const stop = followAlarms(store, new Set(kinds), bytes => {
		written += bytes;
	});
	const say = (tone: 'bad' | 'good', word: string) =>
		store.setState({verdicts: new Map([[service.uid, {...calm, isRunning: true, tone, word}]])});
	const tellOfUsers = (alarm: NonNullable<ConsoleState['users']>['alarm']) =>
		store.setState({
			users: {uid: service.uid, snapshot: usersSnapshot(usersWindow([])), isPaused: false, alarm},
		});
	return {
		say,
		tellOfUsers,
		stop,
		/** What was written since the last time. */
		taken: () => {
			const taken = written;
			written = '';
			return taken;
		},
	};
}

it('rings once for an alarm that begins, and again for another one', () => {
	const {say, taken} = follow('bell');
	say('bad', 'worse');
	say('bad', 'worse');
	expect(taken()).toBe('\u0007');
	say('good', 'fine');
	expect(taken()).toBe('');
	say('bad', 'wrong');
	expect(taken()).toBe('\u0007');
});

it('says it in the title as long as it lasts, and gives the title back', () => {
	const {say, stop, taken} = follow('title');
	expect(taken()).toBe('\u001B[22;0t\u001B]0;kn-canary\u0007');
	say('bad', 'worse');
	expect(taken()).toBe('\u001B]0;helloworld-go WORSE - kn-canary\u0007');
	say('good', 'fine');
	expect(taken()).toBe('\u001B]0;kn-canary\u0007');
	stop();
	stop();
	expect(taken()).toBe('\u001B[23;0t');
});

it('tells of users by what their pods count where no loop says what is bad', () => {
	const {say, tellOfUsers, taken} = follow('title');
	taken();
	tellOfUsers('wrong');
	expect(taken()).toBe('\u001B]0;helloworld-go USERS: WRONG - kn-canary\u0007');
	say('bad', 'worse');
	expect(taken()).toBe('\u001B]0;helloworld-go WORSE - kn-canary\u0007');
	say('good', 'fine');
	tellOfUsers(undefined);
	expect(taken()).toContain('\u001B]0;kn-canary\u0007');
});

it('sends a notification where that is chosen, and nothing where nothing is', () => {
	const chosen = follow('notification');
	chosen.say('bad', 'worse');
	expect(chosen.taken()).toBe('\u001B]9;kn-canary: helloworld-go WORSE\u0007');
	const none = follow();
	none.say('bad', 'worse');
	none.stop();
	expect(none.taken()).toBe('');
});
