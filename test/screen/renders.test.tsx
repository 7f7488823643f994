/** How often the screen is drawn for what happens in a namespace of a thousand services. Counts, never times. */
import {render} from 'ink-testing-library';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {App} from '../../source/screen/app.js';
import {ThemeContext} from '../../source/screen/widgets/theme-context.js';
import {ConsoleContext} from '../../source/screen/use-console.js';
import {createConsole, type Console} from '../../source/console/console.js';
import {moveSelection} from '../../source/console/state/select.js';
import {createRevisionTable, createSortedTable} from '../../source/console/tables/tables.js';
import {createTheme} from '../../source/terminal/output/theme.js';
import {parseRevision} from '../../source/knative/revision/revision.js';
import {parseService, type ServiceView} from '../../source/knative/service/service.js';
import {crowdName, crowdRevision, crowdService} from '../support/kube/crowded-cluster.js';
import {usersRow, usersSnapshot, usersWindow} from '../users/snapshots.js';

const services = createSortedTable<ServiceView>();
const revisions = createRevisionTable();

function put(number: number, edit: (service: ReturnType<typeof crowdService>) => void = () => {}): void {
	const object = crowdService(number);
	edit(object);
	const parsed = parseService(object);
	if (parsed.ok) services.put(parsed.value);
}

function putRevision(number: number, generation: number, pods: number): void {
	const object = crowdRevision(number, generation);
	const parsed = parseRevision({...object, status: {...object.status, actualReplicas: pods}});
	if (parsed.ok) revisions.put(parsed.value);
}

/** So many requests in half a minute, all of one revision. */
const stretchOf = (service: string, requests: number) =>
	usersWindow([usersRow(`${service}-00003`, requests / 30, {percent: 100, share: 1, requests})]);

const nothing = () => {};

let console: Console;
let screen: ReturnType<typeof render>;

/** As a feed does it. */
const publish = () =>
	console.store.setState({services: services.snapshot(), revisions: revisions.snapshot()});

/** Frames that are drawn while `change` is published. */
async function framesOf(change: () => void): Promise<number> {
	const before = screen.frames.length;
	change();
	publish();
	// React draws in a microtask of its own; two turns are after it.
	await new Promise(resolve => setImmediate(resolve));
	await new Promise(resolve => setImmediate(resolve));
	return screen.frames.length - before;
}

beforeEach(async () => {
	for (let number = 1; number <= 1000; number++) {
		put(number);
		for (let generation = 1; generation <= 3; generation++) putRevision(number, generation, 1);
	}
	console = createConsole({to: 'test', namespace: 'default'});
	console.store.setState({
		feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}},
	});
	publish();
	screen = render(
		<ThemeContext value={createTheme({})}>
			<ConsoleContext value={console}>
				<App copy={nothing} quit={nothing} redraw={nothing} suspend={nothing} />
			</ConsoleContext>
		</ThemeContext>,
	);
	await new Promise(resolve => setImmediate(resolve));
});

afterEach(async () => {
	screen.unmount();
	await console.stop();
});

describe('nothing is drawn for a change of', () => {
	it('services that are not on the screen', async () => {
		expect(screen.lastFrame()).toContain(`Revisions of ${crowdName(1)}`);
		const frames = await framesOf(() => {
			for (let number = 500; number <= 600; number++) {
				put(number, service => {
					service.status.traffic = [{revisionName: 'x', percent: 100}];
				});
			}
		});
		expect(frames).toBe(0);
	});

	it('all services and revisions, as long as it is of nothing that they have a place for', async () => {
		const frames = await framesOf(() => {
			for (let number = 1; number <= 1000; number++) {
				put(number, ({metadata}) => {
					Object.assign(metadata, {resourceVersion: 'another', labels: {touched: 'by somebody'}});
				});
				putRevision(number, 3, 1);
			}
		});
		expect(frames).toBe(0);
	});

	it('what users get, while the numbers say the same', async () => {
		const {selected} = console.store.getState();
		const told = (requests: number) => {
			const snapshot = usersSnapshot(stretchOf(crowdName(1), requests));
			console.store.setState({users: {uid: selected?.uid ?? '', snapshot, isPaused: false}});
		};
		expect(await framesOf(() => told(3000))).toBeGreaterThan(0);
		expect(await framesOf(() => told(3000))).toBe(0);
		expect(await framesOf(() => told(6000))).toBeGreaterThan(0);
		expect(screen.lastFrame()).toContain('200');
	});

	it('revisions of other services', async () => {
		const frames = await framesOf(() => {
			for (let number = 2; number <= 1000; number++) putRevision(number, 3, 7);
		});
		expect(frames).toBe(0);
	});
});

describe('one frame is drawn for', () => {
	it('any number of changes that are published together', async () => {
		const frames = await framesOf(() => {
			for (let number = 1; number <= 1000; number++) {
				put(number, service => {
					service.status.conditions = [];
				});
				putRevision(number, 3, 7);
			}
		});
		expect(frames).toBeGreaterThan(0);
		// React may draw what follows from the state of a pane (where its list begins) once more.
		expect(frames).toBeLessThanOrEqual(2);
		expect(screen.lastFrame()).toMatch(/…00003 .* 7→2/);
	});

	it('a key that moves the selection', async () => {
		const frames = await framesOf(() => moveSelection(console.store, {by: 1}));
		expect(frames).toBeGreaterThan(0);
		expect(frames).toBeLessThanOrEqual(2);
		expect(screen.lastFrame()).toContain(`Revisions of ${crowdName(2)}`);
	});
});
