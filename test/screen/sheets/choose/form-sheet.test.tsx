import {openImages, pickImage} from '../../../../source/console/forms/used-images.js';
import {describe, expect, it, vi} from 'vitest';
import {
	baseRead,
	openRevisionForm,
	openServiceForm,
	openTagForm,
} from '../../../../source/console/forms/forms.js';
import {isForm} from '../../../../source/console/state/select.js';
import type {ConsoleStore} from '../../../../source/console/state/state.js';
import {FormSheet} from '../../../../source/screen/sheets/choose/form-sheet.js';
import {useConsoleState} from '../../../../source/screen/use-console.js';
import {serviceView} from '../../../knative/objects.js';
import {now, one as made, revisionMade, serviceMade, whole} from '../../../release/parts/made.js';
import {openOnConsole} from '../../parts/on-console.js';
import {canaryTraffic, knowing} from '../../parts/state.js';

function OpenForm() {
	const sheet = useConsoleState(({sheets}) => sheets.at(-1));
	return sheet && isForm(sheet) ? <FormSheet sheet={sheet} isActive width={90} height={24} /> : null;
}

async function open(which: (store: ConsoleStore) => void) {
	const opened = await openOnConsole(() => <OpenForm />, {columns: 90, state: knowing()});
	which(opened.store);
	return opened;
}

describe('the form of a new service', () => {
	it('begins with the name, and keeps what is typed', async () => {
		const {store, type, until} = await open(openServiceForm);
		await until(/New service/);
		type('shop');
		await until(/shop/);
		expect(store.getState().sheets.at(-1)).toMatchObject({kind: 'create service', values: {name: 'shop'}});
	});

	it('reproaches a field only once it was left, and goes to the first wrong one when it is sent', async () => {
		const {press, screen, store, until} = await open(openServiceForm);
		await until(/New service/);
		press('tab');
		press('ctrl-s');
		await until(/is missing/);
		expect(store.getState().sheets).toHaveLength(1);
		expect(screen()).toContain('New service');
	});
});

describe('the form of a new revision', () => {
	it('says what the server refused, and that the service it was for is gone', async () => {
		const form = await open(openRevisionForm);
		const {store} = form;
		await form.until(/New revision of helloworld-go/);
		store.setState(({sheets}) => ({
			sheets: sheets.map(sheet => (isForm(sheet) ? {...sheet, refusal: 'quota exceeded'} : sheet)),
		}));
		await form.until(/✗ quota exceeded/);
		store.setState({services: [], feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}}});
		await form.until(/helloworld-go was deleted/);
	});

	it('says that the service of that name is another one by now', async () => {
		const form = await open(openRevisionForm);
		await form.until(/New revision of helloworld-go/);
		const another = serviceView({
			traffic: canaryTraffic,
			ready: 2,
			edit(object) {
				object.metadata.uid = 'another';
			},
		});
		form.store.setState({services: [another]});
		await form.until(/was deleted/);
		await form.until(/another one/);
	});
});

it('the form of tags begins with those there are, and Esc closes it', async () => {
	const {press, store, until} = await open(openTagForm);
	await until(/Tags of helloworld-go-00002/);
	await until(/canary/);
	press('esc');
	await vi.waitFor(() => expect(store.getState().sheets).toEqual([]));
});

it('takes an image from the list of those in use, and says when it is opened again that it kept what was typed', async () => {
	const {press, store, type, until} = await open(openServiceForm);
	await until(/New service/);
	type('Shop!');
	// What is being typed is judged when its field is left.
	await until(/Shop!/);
	expect(store.getState().sheets.at(-1)).toMatchObject({kind: 'create service', values: {name: 'Shop!'}});
	openImages(store);
	expect(store.getState().sheets.at(-1)).toEqual({
		kind: 'images',
		images: ['ghcr.io/knative/helloworld-go:latest'],
	});
	pickImage(store, 'ghcr.io/knative/helloworld-go:latest');
	await until(/ghcr\.io\/knative\/helloworld-go:latest/);
	press('esc');
	await vi.waitFor(() => expect(store.getState().sheets).toEqual([]));
	openServiceForm(store);
	expect(store.getState().notice?.text).toContain('what you typed before');
	// It is about the form: over the panes it would be about nothing.
	press('esc');
	await vi.waitFor(() => expect(store.getState().sheets).toEqual([]));
	expect(store.getState().notice).toBeUndefined();
});

it('says nothing of what was typed where nothing was, though the form has begun with what users run by itself', async () => {
	const [good, bad] = ['registry.example.com/shop/cart:1', 'registry.example.com/shop/cart:2'];
	const rejected = {by: 'ann', at: now - 60_000, why: 'too many 5xx'};
	const service = serviceMade({traffic: whole(made), ready: 2, created: 2, image: bad});
	const revisions = [revisionMade(2, {image: bad, rejected}), revisionMade(1, {image: good})];
	const {press, store, until} = await openOnConsole(() => <OpenForm />, {
		columns: 90,
		state: knowing(service, revisions),
	});
	openRevisionForm(store);
	baseRead(store, service.uid, {revision: made, template: {spec: {containers: [{image: good}]}}});
	await until(/cart:1/);
	press('down');
	press('down');
	press('esc');
	await vi.waitFor(() => expect(store.getState().sheets).toEqual([]));
	openRevisionForm(store);
	expect(store.getState().notice).toBeUndefined();
});

it('shows the settings that were typed among the more ones when the form comes back', async () => {
	const {press, screen, store, type, until} = await open(openServiceForm);
	await until(/New service/);
	type('shop');
	for (let downs = 0; downs < 4; downs++) press('down');
	await until(/▸ More settings/);
	press('space');
	await until(/Min pods/);
	press('down');
	press('down');
	await until(/▸ Min pods/);
	type('3');
	press('down');
	await until(/▸ Max pods/);
	type('2');
	press('down');
	await until(/✗ Max pods +2/);
	press('esc');
	await vi.waitFor(() => expect(store.getState().sheets).toEqual([]));
	openServiceForm(store);
	await until(/✗ Max pods +2/);
	expect(screen()).toMatch(/Min pods +3/);
});

it('marks the variable that is wrong, and no other, and goes to it when the form is sent', async () => {
	const {press, screen, type, until} = await open(openRevisionForm);
	await until(/▸ Image/);
	press('down', 'down');
	await until(/▸ +\+ NAME=value/);
	for (const [number, line] of ['GOOD=1', 'bad one=2', 'FINE=3'].entries()) {
		type(line);
		await until(new RegExp(`· ${line}`));
		press('enter');
		await until(new RegExp(`▸ ${' '.repeat(number)}.*\\+ NAME=value`));
	}
	press('down');
	await until(/✗ .*· bad one=2/);
	expect(screen().match(/✗ .*· /g)).toHaveLength(1);
	press('ctrl-s');
	await until(/▸ .*· bad one=2/);
});

it('says what is wrong with the variable that is being typed when the form is sent', async () => {
	const {press, screen, type, until} = await open(openRevisionForm);
	await until(/▸ Image/);
	press('down');
	await until(/▸ Environment/);
	type('BROKEN');
	await until(/· BROKEN/);
	press('ctrl-s');
	await until(/✗ “BROKEN” has no “=”; write NAME=value\./);
	expect(screen()).toMatch(/▸ .*· BROKEN/);
});
