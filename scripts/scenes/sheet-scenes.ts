/** Each sheet, and each pane in what befalls it by itself: beside the twelve scenes of a release. */
import {mock} from 'node:test';
import {
	openRevisionForm,
	openScalingForm,
	openServiceForm,
	openTagForm,
} from '../../source/console/forms/forms.js';
import {changeServiceForm, changeTagForm, touchField} from '../../source/console/forms/forms.js';
import {openImages} from '../../source/console/forms/used-images.js';
import {requestCommands} from '../../source/console/selected/request-commands.js';
import {openRequests} from '../../source/console/live/request-sheet.js';
import {unreadLog} from '../../source/console/logs/logs.js';
import type {Inspected} from '../../source/console/sheets/inspected.js';
import {mayQuit} from '../../source/console/sheets/quit-sheet.js';
import {newReview} from '../../source/console/sheets/review/review.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import {beginValue, nudge, typeDigit} from '../../source/console/state/draft.js';
import {
	focusPane,
	notify,
	openFilter,
	openSheet,
	setFilter,
	toggleEnlarged,
} from '../../source/console/state/select.js';
import {createConsoleStore, type ConsoleState, type ConsoleStore} from '../../source/console/state/state.js';
import type {Planned} from '../../source/release/plan-facts.js';
import {planPromote} from '../../source/release/plan-split.js';
import {
	canary,
	canaryLoop,
	canaryRevision,
	cart,
	knowing,
	ownRelease,
	server,
	stableRevision,
} from './known.js';
import {ago, nameOf, present} from './objects.js';
import type {Scene} from './scenes.js';

/** What the console knows once this was done. */
async function after(
	base: Promise<Partial<ConsoleState>>,
	act: (store: ConsoleStore) => unknown,
): Promise<Partial<ConsoleState>> {
	const state = await base;
	const store = createConsoleStore({to: 'shop-eu', namespace: 'default'});
	store.setState(state);
	// Times of messages are on the pictures.
	mock.timers.enable({apis: ['Date'], now: present});
	try {
		act(store);
	} finally {
		mock.timers.reset();
	}
	return store.getState();
}

const done = (name: string, title: string, act: (store: ConsoleStore) => unknown): Scene => ({
	name,
	title,
	state: async () => after(canary(), act),
});

const worse = async (): Promise<Partial<ConsoleState>> =>
	canary({
		revisions: [
			canaryLoop.revisions[0]!,
			{revision: nameOf('cart', 2), says: 'Hello Cart v2!', tag: 'canary', fails: 0.22, latency: 180},
		],
	});

const facts = {
	service: cart,
	revisions: [canaryRevision, stableRevision],
	changes: [],
	now: present,
	user: 'ann',
};

function reviewOf(planned: Planned, parts: Partial<ReviewSheet> = {}): ReviewSheet {
	if (!planned.ok) throw new Error(planned.reason);
	return {
		...newReview(planned.plan, {context: 'shop-eu', server}),
		id: 1,
		dryRun: {kind: 'accepted'},
		...parts,
	};
}

const review = (name: string, title: string, parts?: Partial<ReviewSheet>): Scene =>
	done(name, title, store => openSheet(store, reviewOf(planPromote(facts), parts)));

const object: Inspected = {
	kind: 'service',
	name: 'cart',
	namespace: 'default',
	service: 'cart',
	serviceUid: cart.uid,
};

const yaml = [
	'apiVersion: serving.knative.dev/v1',
	'kind: Service',
	'metadata:',
	'  name: cart',
	'  namespace: default',
	'spec:',
	'  traffic:',
	'    - revisionName: cart-00001',
	'      percent: 90',
	'      tag: stable',
	'    - revisionName: cart-00002',
	'      percent: 10',
	'      tag: canary',
];

/** Nothing of the services is known yet, or never will be. */
const without =
	(feed: ConsoleState['feeds']['services'], more: Partial<ConsoleState> = {}) =>
	async () => ({
		...knowing(cart, []),
		services: [],
		revisions: new Map(),
		selected: undefined,
		beside: undefined,
		feeds: {services: feed, revisions: feed},
		...more,
	});

export const sheetScenes: readonly Scene[] = [
	{
		name: 'connecting',
		title: 'the API server has not answered yet',
		state: without(
			{kind: 'connecting'},
			{connection: {kind: 'connecting', to: 'shop-eu', since: present - 7000}, gateway: {kind: 'looking'}},
		),
	},
	{name: 'no-services', title: 'a namespace without services', state: without({kind: 'live'})},
	{
		name: 'may-not-list',
		title: 'services that may not be listed',
		state: without({
			kind: 'forbidden',
			status: 403,
			why: 'You may not list services.serving.knative.dev in namespace default.',
		}),
	},
	done('filter', 'a filter that is being typed', store => {
		openFilter(store);
		setFilter(store, 'releasing');
	}),
	done('revisions', 'the revisions have the keys', store => focusPane(store, 'revisions')),
	done('draft', 'a share that was moved', store => {
		focusPane(store, 'traffic');
		nudge(store, -10);
	}),
	done('typed-share', 'an exact share that is being typed', store => {
		focusPane(store, 'traffic');
		beginValue(store);
		typeDigit(store, '7');
		typeDigit(store, '5');
	}),
	{
		name: 'live-enlarged',
		title: 'the live pane has the whole window',
		state: async () =>
			after(worse(), store => {
				focusPane(store, 'live');
				toggleEnlarged(store);
			}),
	},
	review('review', 'a promotion that the server would accept'),
	review('review-asking', 'a promotion whose dry run is not answered yet', {dryRun: {kind: 'asking'}}),
	review('review-refused', 'a promotion that the server would refuse', {
		dryRun: {kind: 'refused', sentence: 'admission webhook "policy.example.com" denied the request: freeze.'},
	}),
	review('review-production', 'in production the name is typed', {
		confirmation: 'word',
		word: 'cart',
		because: 'shop-eu is production',
		typed: 'ca',
	}),
	review('review-armed', 'a promotion that is asked about twice', {
		confirmation: 'twice',
		because: 'cart-00002 is not ready',
		phase: {kind: 'armed'},
	}),
	review('review-sending', 'a promotion that is being sent', {phase: {kind: 'sending'}}),
	review('review-unknown', 'a promotion of which nobody knows whether it was made', {
		phase: {
			kind: 'unknown',
			sentence: 'No answer within 10 s: it is not known whether it was made.',
		},
	}),
	done('new-service', 'the form of a new service', store => openServiceForm(store)),
	done('new-service-wrong', 'a form with what is wrong in it', store => {
		openServiceForm(store);
		changeServiceForm(store, {name: 'Shop', image: 'registry.example.com/shop/'});
		touchField(store, 'create service', 'name');
		touchField(store, 'create service', 'image');
	}),
	done('new-revision', 'the form of a new revision', store => openRevisionForm(store)),
	done('scaling', 'the autoscaling', store => openScalingForm(store)),
	done('tags', 'the tags of a revision', store => {
		focusPane(store, 'revisions');
		openTagForm(store);
		changeTagForm(store, 'canary, beta');
	}),
	done('images', 'images that are in use, to pick one', store => {
		openRevisionForm(store);
		openImages(store);
	}),
	done('requests', 'what is sent to the service', store => openRequests(store)),
	done('test-request', 'one request to the service', store =>
		openSheet(store, {
			kind: 'verify',
			service: 'cart',
			uid: cart.uid,
			tag: undefined,
			revision: undefined,
			isSettling: false,
			url: 'http://cart.default.example.com/',
			...requestCommands(
				{authority: 'cart.default.example.com', address: {host: '203.0.113.10', port: 80}, scheme: 'http'},
				{path: '/'},
			),
			phase: {
				kind: 'answered',
				answer: {
					at: present - 1000,
					latency: 6,
					outcome: {
						kind: 'response',
						status: 200,
						code: '200',
						error: false,
						firstLine: 'Hello Cart!',
						body: 'Hello Cart!\n',
						truncated: false,
						contentType: 'text/plain',
						fingerprint: 'Hello Cart!',
					},
				},
			},
		}),
	),
	{
		name: 'answers',
		title: 'what each row of the live pane says at length',
		state: async () => after(worse(), store => openSheet(store, {kind: 'answers'})),
	},
	done('details', 'a revision at length', store => {
		focusPane(store, 'revisions');
		openSheet(store, {kind: 'details'});
	}),
	{
		name: 'events',
		title: 'the events of a service',
		state: async () =>
			after(canary(), store => {
				const {beside} = store.getState();
				openSheet(store, {kind: 'events', id: 1, object, phase: beside?.events ?? {kind: 'asking'}});
			}),
	},
	done('logs', 'the log of a revision', store =>
		openSheet(store, {
			kind: 'logs',
			id: 1,
			...(store.getState().beside?.log ?? unreadLog('default', nameOf('cart', 2))),
		}),
	),
	done('yaml', 'a service as YAML', store =>
		openSheet(store, {
			kind: 'yaml',
			id: 1,
			object,
			phase: {
				kind: 'read',
				at: present,
				lines: {short: yaml, whole: yaml},
				covered: {short: yaml, whole: yaml},
			},
		}),
	),
	done('history', 'what was written, and who changed what', store => {
		store.setState({
			history: [ownRelease],
			writes: [
				{at: ago.minutes(4), title: 'split cart', command: 'kubectl patch ksvc cart …', outcome: 'done'},
			],
		});
		openSheet(store, {kind: 'writes'});
	}),
	done('messages', 'the messages so far', store => {
		notify(store, {tone: 'good', text: 'cart is now 90│10.'});
		notify(store, {tone: 'bad', text: 'There is no namespace shop; :ns lists those there are.'});
		openSheet(store, {kind: 'messages'});
	}),
	done('choice', 'a question about which revision is meant', store =>
		openSheet(store, {
			kind: 'choice',
			title: 'Roll back cart.',
			question: 'Which revision users had cannot be told: cart-00001 and cart-00003 have 45 % each.',
			options: [
				{value: 'cart-00001', label: 'cart-00001 (45 %)'},
				{value: 'cart-00003', label: 'cart-00003 (45 %)'},
			],
			uid: cart.uid,
			verb: 'roll back',
			about: 'revision',
			why: '',
		}),
	),
	done('namespaces', 'the namespaces', store =>
		openSheet(store, {kind: 'namespaces', names: ['default', 'shop', 'shop-staging']}),
	),
	done('contexts', 'the contexts of the kubeconfig', store =>
		openSheet(store, {
			kind: 'contexts',
			id: 1,
			rows: [
				{name: 'shop-eu', shown: 'shop-eu', server, isHere: true, isProduction: false},
				{
					name: 'prod-eu',
					shown: 'prod-eu',
					server: 'https://203.0.113.8:6443',
					isHere: false,
					isProduction: true,
				},
			],
			sentence: undefined,
		}),
	),
	done('leave-context', 'what is lost with the context', store =>
		openSheet(store, {kind: 'leave context', id: 1, to: 'prod-eu', lost: ['the draft of cart']}),
	),
	done('palette', 'the commands', store => openSheet(store, {kind: 'palette'})),
	done('help', 'the keys', store => openSheet(store, {kind: 'help'})),
	done('quit', 'what quitting ends', store => {
		focusPane(store, 'traffic');
		nudge(store, -10);
		mayQuit(store);
	}),
];
