import {expect, it} from 'vitest';
import {unreadLog} from '../../../source/console/logs/logs.js';
import {BesidePanel} from '../../../source/screen/live/beside-panel.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing, two} from '../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const beside = {
	uid: service.uid,
	events: {kind: 'followed', events: [], isCut: false, problem: undefined},
	log: {...unreadLog('default', two), phase: {kind: 'following'}, lines: ['ready to serve']},
} as const;

const open = async (uid: string) =>
	openOnConsole(() => <BesidePanel service={service} failures={[]} width={60} height={14} />, {
		columns: 70,
		rows: 14,
		state: {...knowing(service), beside: {...beside, uid}},
		isStill: true,
	});

it('has failures, events and the log of the service, each behind a rule', async () => {
	const {screen} = await open(service.uid);
	expect(screen()).toMatch(/FAILURES[^]*EVENTS of[^]*LOG of[^]*ready to serve/);
	for (const line of screen().split('\n')) expect(line).toMatch(/^ ┊/);
});

it('says nothing of what another service logs', async () => {
	const {screen} = await open('other');
	expect(screen()).not.toContain('ready to serve');
});
