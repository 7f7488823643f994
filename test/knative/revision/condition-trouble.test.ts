/** What the conditions of a revision say of why it failed. */
import {describe, expect, it} from 'vitest';
import {parseRevision} from '../../../source/knative/revision/revision.js';
import {conditionTrouble} from '../../../source/knative/revision/revision-trouble.js';
import {failed} from './failed-revision.js';

describe('what the conditions say', () => {
	it.each([
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "cart-00002-deployment-57b6698db5-zcjf5" is forbidden: exceeded quota: tiny, requested: pods=1, used: pods=2, limited: pods=2',
			),
			{word: 'Quota', sentence: 'no pod fits into the quota tiny: pods 2 of 2 used, 1 needed'},
		],
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "x" is forbidden: exceeded quota: q, requested: limits.cpu=1,requests.memory=1Gi, used: limits.cpu=3500m,requests.memory=7Gi, limited: limits.cpu=4,requests.memory=7Gi',
			),
			{
				word: 'Quota',
				sentence:
					'no pod fits into the quota q: limits.cpu 3500m of 4 used, 1 needed; requests.memory 7Gi of 7Gi used, 1Gi needed',
			},
		],
		[
			failed(
				'ResourcesAvailable',
				'FailedCreate',
				'pods "x" is forbidden: violates PodSecurity "restricted:latest"',
			),
			{
				word: 'No pod',
				sentence: 'its pod is refused: pods "x" is forbidden: violates PodSecurity "restricted:latest"',
			},
		],
		[
			failed(
				'ContainerHealthy',
				'ContainerMissing',
				'Unable to fetch image "r.example.com/nope:1": failed to resolve image to digest: HEAD https://r.example.com/v2/nope/manifests/1: unexpected status code 404 Not Found',
			),
			{
				word: 'No image',
				sentence: 'image not found: 404 Not Found from r.example.com',
			},
		],
		[
			failed(
				'ContainerHealthy',
				'ExitCode1',
				'Container failed with: starting server...\npanic: no database\n',
			),
			{word: 'Crashed', sentence: 'exited with 1: panic: no database'},
		],
		[
			failed('ResourcesAvailable', 'ProgressDeadlineExceeded', 'ReplicaSet "x" has timed out progressing.'),
			{
				word: 'Timed out',
				sentence: 'it did not become ready in time: ReplicaSet "x" has timed out progressing',
			},
		],
		[
			failed('ResourcesAvailable', 'Strange', 'Something else.'),
			{word: 'Failed', sentence: 'Strange: Something else.'},
		],
	])('is told in plain words (%#)', (revision, trouble) => {
		expect(conditionTrouble(revision)).toEqual(trouble);
		// The screen asks at every change, and draws again what is not the same.
		expect(conditionTrouble(revision)).toBe(conditionTrouble(revision));
	});
});

const image = (message: string) => failed('ContainerHealthy', 'ContainerMissing', message);

const revisionWith = (...conditions: object[]) => {
	const parsed = parseRevision({
		metadata: {name: 'cart-00002', namespace: 'default', uid: 'u'},
		spec: {containers: [{image: 'i'}]},
		status: {conditions},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
};

describe('of several conditions', () => {
	const notReady = {type: 'Ready', status: 'False', reason: 'FailedCreate', message: 'no'};

	it('the one that is False is the cause, and not Active, which only says that nothing is sent', () => {
		const cause = {type: 'ContainerHealthy', status: 'False', reason: 'ExitCode2', message: 'it died'};
		const inactive = {type: 'Active', status: 'False', reason: 'NoTraffic', message: 'idle'};
		const fine = {type: 'ResourcesAvailable', status: 'True', reason: 'ExitCode9'};
		const unknown = {type: 'Other', status: 'Unknown', reason: 'ExitCode8'};
		expect(conditionTrouble(revisionWith(notReady, inactive, fine, unknown, cause))).toEqual({
			word: 'Crashed',
			sentence: 'exited with 2: it died',
		});
		expect(conditionTrouble(revisionWith(inactive, fine, unknown, notReady))).toEqual({
			word: 'No pod',
			sentence: 'its pod is refused: no',
		});
	});

	it('a revision that did not fail has no trouble', () => {
		expect(
			conditionTrouble(revisionWith({type: 'Ready', status: 'Unknown', reason: 'Deploying'})),
		).toBeUndefined();
		expect(conditionTrouble(revisionWith({type: 'Ready', status: 'True'}))).toBeUndefined();
	});

	it.each([
		[
			image(
				'HEAD https://r.example.com/v2/x/manifests/1: unexpected status code 401 Unauthorized (token): x',
			),
			'401 Unauthorized from r.example.com',
		],
		[image('Unable to fetch image "x:1": failed to resolve image to digest: no such host'), 'no such host'],
		[image('the registry said no.'), 'the registry said no'],
	])('what the registry said is told without its address (%#)', (revision, said) => {
		expect(conditionTrouble(revision)).toEqual({word: 'No image', sentence: `image not found: ${said}`});
	});

	it('an image that cannot be pulled is told as one', () => {
		expect(conditionTrouble(failed('ContainerHealthy', 'ImagePullBackOff', 'no access'))).toEqual({
			word: 'No image',
			sentence: 'image cannot be pulled: no access',
		});
	});

	it('of a quota, what is not told is a question mark', () => {
		const message =
			'exceeded quota: q, requested: pods=1, used: limits.cpu=3,pods=2, limited: limits.memory=4,pods=2.';
		expect(conditionTrouble(failed('ResourcesAvailable', 'FailedCreate', message))?.sentence).toBe(
			'no pod fits into the quota q: limits.cpu 3 of ? used, ? needed; pods 2 of 2 used, 1 needed',
		);
	});

	it('the last line of a log that says something is told', () => {
		const message = 'Container failed with: first\nsecond \n \n';
		expect(conditionTrouble(failed('ContainerHealthy', 'ExitCode1', message))?.sentence).toBe(
			'exited with 1: second',
		);
		expect(conditionTrouble(failed('ContainerHealthy', 'ExitCode1', ''))?.sentence).toBe('exited with 1');
	});
});
