/** What runs again what was rejected, under another name: by its image, or by the settings that it was given up with. */
import {describe, expect, it} from 'vitest';
import {rejectedImage, rejectedLike} from '../../../source/knative/release/evidence/likeness.js';
import {comparedTemplate} from '../../../source/knative/revision/base.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import {serviceView} from '../objects.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

type LikeMake = {
	image?: string;
	env?: Record<string, string>;
	resolved?: string;
	rejected?: boolean;
	scale?: string;
};

function made(
	number: number,
	{image = 'shop/cart:1', env = {}, resolved, rejected, scale}: LikeMake = {},
): RevisionView {
	const parsed = parseRevision({
		metadata: {
			name: `helloworld-go-0000${number}`,
			namespace: 'default',
			uid: String(number),
			labels: {
				'serving.knative.dev/service': 'helloworld-go',
				'serving.knative.dev/configurationGeneration': String(number),
			},
			annotations: {
				...(rejected && {'kn-canary.dev/rejected': '{"by":"ann","why":"5xx"}'}),
				...(scale !== undefined && {'autoscaling.knative.dev/min-scale': scale}),
			},
		},
		spec: {
			containers: [
				{name: 'user-container', image, env: Object.entries(env).map(([name, value]) => ({name, value}))},
			],
		},
		status: {
			conditions: [{type: 'Ready', status: 'True'}],
			...(resolved !== undefined && {
				containerStatuses: [{name: 'user-container', imageDigest: `shop/cart@${resolved}`}],
			}),
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const likeness = (revisions: readonly RevisionView[], candidate: RevisionView, users: RevisionView) =>
	rejectedLike({service: serviceView(), revisions, changes: []}, candidate, users.name)?.what;

describe('of another image than users run', () => {
	const users = made(1);
	const bad = made(2, {image: 'shop/cart:2', resolved: digest('b'), rejected: true});

	it.each([
		['the same reference', made(3, {image: 'shop/cart:2'})],
		['the same with another variable', made(3, {image: 'shop/cart:2', env: {TARGET: 'x'}})],
		['the same with another scale', made(3, {image: 'shop/cart:2', scale: '3'})],
		['another tag of the same digest', made(3, {image: 'shop/cart:latest', resolved: digest('b')})],
		['the digest itself', made(3, {image: `shop/cart@${digest('b')}`})],
	])('%s is the rejected one again', (_, candidate) => {
		expect(likeness([candidate, bad, users], candidate, users)).toBe(
			'the image of helloworld-go-00002 (cart:2)',
		);
	});

	it.each([
		['another image', made(3, {image: 'shop/cart:3'})],
		['what users run', made(3)],
		[
			'the same tag, which was moved to another digest since',
			made(3, {image: 'shop/cart:2', resolved: digest('c')}),
		],
	])('%s is not', (_, candidate) => {
		expect(likeness([candidate, bad, users], candidate, users)).toBeUndefined();
	});

	it('is so of a template, too, of which no image is resolved yet', () => {
		const service = serviceView();
		const {image} = service.summary;
		const rejected = made(2, {image, resolved: digest('b'), rejected: true});
		const facts = {service, revisions: [rejected, users], changes: []};
		expect(rejectedLike(facts, comparedTemplate(service), users.name)?.revision).toBe(rejected.name);
		// Pushed again under the same tag, and seen by a newer revision.
		const pushed = made(3, {image, resolved: digest('c')});
		expect(
			rejectedLike({...facts, revisions: [pushed, rejected, users]}, comparedTemplate(service), users.name),
		).toBeUndefined();
	});
});

describe('of the image that users run', () => {
	const users = made(1, {env: {TARGET: 'one'}});
	const bad = made(2, {env: {TARGET: 'two'}, rejected: true});

	it('is the rejected one again with the variables that it was given up with, whatever the scale', () => {
		const candidate = made(3, {env: {TARGET: 'two'}, scale: '3'});
		expect(likeness([candidate, bad, users], candidate, users)).toBe(
			'what helloworld-go-00002 was given up with (env TARGET)',
		);
	});

	it('what ran it before the rejected one is not that one again, though users have that for now', () => {
		const before = made(1, {env: {TARGET: 'one'}});
		expect(likeness([bad, before], before, bad)).toBeUndefined();
		const later = made(3, {env: {TARGET: 'two'}});
		expect(likeness([later, bad, before], later, bad)).toBe('the image of helloworld-go-00002 (cart:1)');
	});

	it('is not what was rejected, for a new service', () => {
		const service = serviceView();
		const image = 'shop/cart:1';
		const known = {services: [service], revisions: [bad, users]};
		expect(rejectedImage(image, known, () => users.name)).toBeUndefined();
		const other = {services: [service], revisions: [bad, made(1, {image: 'shop/cart:0'})]};
		expect(rejectedImage(image, other, () => users.name)?.revision).toBe(bad.name);
	});

	it('is another one with other variables, and so is one that differs in nothing from what users run', () => {
		const candidate = made(3, {env: {TARGET: 'three'}});
		expect(likeness([candidate, bad, users], candidate, users)).toBeUndefined();
		const same = made(2, {env: {TARGET: 'one'}, rejected: true});
		const again = made(3, {env: {TARGET: 'one'}});
		expect(likeness([again, same, users], again, users)).toBeUndefined();
	});
});

describe('the image of a new service', () => {
	const bad = made(2, {image: 'shop/cart:2', resolved: digest('b'), rejected: true});
	const known = {services: [], revisions: [made(1), bad]};

	it.each(['shop/cart:2', `shop/cart@${digest('b')}`])('%s is that of one that was rejected', image => {
		expect(rejectedImage(image, known, () => undefined)).toMatchObject({
			revision: 'helloworld-go-00002',
			what: 'the image of helloworld-go-00002 (cart:2)',
		});
	});

	it.each(['shop/cart:1', 'shop/desk:2', `shop/cart@${digest('c')}`])('%s is not', image => {
		expect(rejectedImage(image, known, () => undefined)).toBeUndefined();
	});
});
